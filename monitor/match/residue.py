"""What chatbots say around a text that they were asked to rewrite, and careless copyists leave in, by language."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PHRASES = (
    # English
    ("language model", r"\bas an? (?:large |ai |artificial intelligence )?language model"),
    ("as an a", r"\bas an (?:ai|artificial intelligence) (?:model|assistant|chatbot)\b"),
    ("sorry", r"\bi(?:'m| am) sorry,? but i (?:can(?:'t|not)|am (?:not able|unable) to)"),
    (
        "request",
        r"\bi (?:can(?:'t|not)|am unable to) (?:fulfill?|assist with|comply with|complete) (?:this|that|your) request",
    ),
    ("my ", r"\bmy (?:last |knowledge )(?:knowledge )?(?:cut-?off|update)\b|\bmy training (?:data|cut-?off)\b"),
    (
        "here",
        r"\b(?:certainly|sure(?: thing)?|of course|absolutely)\s?[!,.] here(?:'s| is| are) (?:a|an|the|your|some)\b",
    ),
    (
        "here",
        r"\bhere(?:'s| is) (?:a|an|the|your) (?:\w+ ){0,2}(?:rewritten|paraphrased?|rephrased|reworded|rewrite)\b",
    ),
    ("would like", r"\b(?:feel free to )?let me know if you would like (?:me to|any (?:changes|adjustments))"),
    ("you'd like", r"\b(?:feel free to )?let me know if you'd like (?:me to|any (?:changes|adjustments))"),
    # German, Dutch, the Nordic languages
    ("sprachmodell", r"\bals (?:ein )?(?:gro(?:ß|ss)es )?(?:ki-?)?sprachmodell"),
    ("hier ist", r"\bhier ist (?:eine|die|der|ein) (?:umgeschriebene|umformulierte|überarbeitete)"),
    ("taalmodel", r"\bals (?:een )?(?:ai-?|groot )?taalmodel"),
    ("herschreven", r"\bhier is (?:een|de) herschreven versie"),
    ("model", r"\bsom (?:en )?(?:stor )?(?:ai-?)?(?:språkmodell|sprogmodel)"),
    # French, Spanish, Portuguese, Italian
    ("en tant qu", r"\ben tant (?:que (?:grand )?modèle de langage|qu'(?:ia|intelligence artificielle),? je)\b"),
    (
        "voici",
        r"\bvoici (?:une|la|votre) version (?:réécrite|reformulée|remaniée)|\b(?:bien sûr|certainement)\s?! voici\b",
    ),
    ("modelo de lengua", r"\bcomo (?:un )?modelo de lenguaje"),
    (
        "aquí",
        r"\b(?:claro|por supuesto)! aquí (?:tienes|está)|\baquí (?:tienes|está) (?:una|la) versión re(?:escrita|formulada)",
    ),
    ("modelo de lingua", r"\bcomo (?:um )?modelo de linguagem"),
    ("aqui está", r"\b(?:claro|com certeza)! aqui está|\baqui está (?:uma|a) versão re(?:escrita|formulada)"),
    ("modello linguistico", r"\b(?:come|in quanto) modello linguistico"),
    ("ecco", r"\b(?:certo|certamente)! ecco|\becco (?:una|la) versione ri(?:scritta|formulata)"),
    # Slavic languages, Turkish, Indonesian
    ("model", r"\bjako (?:duży |ai )?(?:model językowy|jazykový model)|\bkao (?:ai )?jezični model"),
    ("языковая модель", r"\bкак (?:большая )?языковая модель"),
    ("вот ", r"\bвот (?:переписанный|перефразированный) (?:текст|вариант)"),
    ("мовна модель", r"\bяк (?:велика )?мовна модель"),
    ("dil modeli", r"\bbir (?:yapay zek[aâ] )?dil modeli olarak"),
    ("model bahasa", r"\bsebagai (?:sebuah )?model bahasa"),
    # Chinese, Japanese, Korean
    ("作为", r"作为(?:一个|一名|一款)?(?:ai|人工智能)(?:语言)?(?:模型|助手)"),
    ("以下是", r"以下是(?:改写|重写|润色)后的"),
    ("として", r"(?:ai|大規模)言語モデルとして|aiアシスタントとして"),
    ("以下は", r"以下は(?:書き直した|リライトした)"),
    ("로서", r"(?:ai|인공지능) ?(?:언어 ?모델|어시스턴트)로서"),
)
"""A part that every match holds, in lower case, since looking for it is a hundred times faster; the pattern."""
_COMPILED = [(part, re.compile(pattern, re.IGNORECASE)) for part, pattern in _PHRASES]


def residue(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of what a chatbot says of itself or of its work. Cost: 0.05 ms for 400 words without any."""
    plain = text.replace("’", "'")
    lowered = plain.lower()
    for part, pattern in _COMPILED:
        if part in lowered:
            yield from (found.span() for found in pattern.finditer(plain))
