"""Lines that say where an article comes from, as patterns in several languages: datelines, credits, syndication notices.

As in `furniture.py` a pattern must match a whole line, and what is named must look like a name: 'Report by auditors found
no fault.' is the article's own.
"""

from __future__ import annotations

import re

from monitor.articles.furniture import whole

_AGENCIES = (
    r"Reuters|AP|AFP|dpa|ANSA|EFE|Xinhua|TASS|Interfax|Kyodo|PTI|ANI|IANS|UPI|Bloomberg|Hina|APA|Belga|Lusa|ANP|PAP"
    r"|Yonhap|CNA"
)
_MORE_AGENCIES = (
    r"PA|Agence France-Presse|Associated Press|Tanjug|TT|NTB|Ritzau|STT|ČTK|CTK|MTI|Anadolu|SRNA|FENA|BTA|Agerpres|SITA|STA"
    r"|ТАСС|Интерфакс|РИА Новости|Укринформ|Укрінформ|新华社|新華社|中新社|中央社|共同社|共同通信|時事通信|时事通信|ロイター|路透社|法新社|연합뉴스|로이터"
)
# Capitalised words, with the small words that stand between those of a name; without case, any letters but Latin ones.
_NAME = (
    r"(?-i:(?:the )?(?:agencies|dpa|[A-ZÀ-ÞŠŽČĆĐА-ЯЁІЇЄ\d\u0370-\U0003ffff][\w.'’&+-]*)"
    r"(?:[ ,;/&]{1,3}(?:(?:and|of|the|de|der|die|und|et|y|e|i|en|og|och|for|by|in|i) )?"
    r"(?:agencies|dpa|[A-ZÀ-ÞŠŽČĆĐА-ЯЁІЇЄ\d\u0370-\U0003ffff][\w.'’&+-]*)){0,12})"
)
_PIECE = r"(?:story|article|report|copy|content|post)"
_SYNDICATION = (
    (
        rf"[(\[]?(?:(?:apart from|except for|with the exception of) the headline,? )?this {_PIECE}"
        r" (?:has not been|was not|is not|hasn['’]t been) (?:edited|created|reviewed|modified) by .{0,200}"
    ),
    (
        rf"[(\[]?this {_PIECE}[^.!?]{{0,60}}\b(?:published|generated|taken|sourced|provided)\b[^.!?]{{0,60}}"
        r"\b(?:syndicated|agency|wire|news) (?:agency |news )?(?:feeds?|service|copy|wire)\b.{0,120}"
    ),
    (
        rf"[(\[]?(?:this {_PIECE}|a version of this {_PIECE}|the original (?:article|version))[^.!?]{{0,40}}\b(?:(?:originally|first)"
        r" (?:published|appeared|ran)|(?:published|appeared|ran) (?:originally|first)|republished|reprinted)"
        r"\b(?: (?:here|by|in|on|at|from|with)\b)[^!?]{0,160}"
    ),
    r"the (?:post|article) [^!?]{3,200} (?:appeared first|first appeared) on [^!?]{2,80}",
    (
        r"[(\[]?(?:dieser (?:artikel|beitrag|text)|diese meldung) (?:erschien|ist|wurde)[^.!?]{0,40}\b(?:zuerst|ursprünglich|automatisch)"
        r"\b[^!?]{0,160}"
    ),
    r"[(\[]?(?:cet article|ce texte|cette dépêche) (?:a (?:d['’]abord |initialement )?été|est (?:paru|issu))[^!?]{0,30}\b(?:publiée?|paru|issue?)\b[^!?]{0,120}",
    r"[(\[]?(?:este artículo|esta nota|esta noticia) (?:fue|se) (?:publicad[oa] originalmente|publicó originalmente)[^!?]{0,120}",
    r"[(\[]?(?:este artigo|esta matéria|este texto) foi (?:originalmente )?publicad[oa](?: originalmente)? (?:em|no|na|por|pel[oa])\b[^!?]{0,120}",
    r"[(\[]?questo articolo (?:è stato|è apparso|è)[^.!?]{0,30}\b(?:pubblicato|originariamente|apparso)\b[^!?]{0,120}",
    r"[(\[]?dit artikel (?:verscheen|is)\b[^.!?]{0,30}\b(?:eerder|oorspronkelijk)\b[^!?]{0,120}",
    r"[(\[]?(?:ten artykuł|tekst) (?:został )?(?:pierwotnie )?(?:opublikowany|ukazał się pierwotnie)[^!?]{0,120}",
    r"[(\[]?(?:ovaj (?:članak|tekst)) (?:je )?(?:izvorno|prvotno|originalno|preuzet)[^!?]{0,120}",
)
_SOURCE_LINES = (
    (
        r"[(\[]?(?:sources?|credit|via|quellen?|fuentes?|fontes?|fonti|bron(?:nen)?|källa|kilder?|lähde|izvori?|źródł[oa]|kaynak|forrás|zdroj"
        r"|sursa|источник|джерело|извор|πηγή|来源|來源|出典|出所|출처)\s*[:：]\s*(?P<source>[^.!?。]{2,60})\.?[)\]]?"
    ),
    (
        rf"[(\[]?(?:(?:story|report(?:ing|ed)?|article|words|text|writing)(?: and writing)?\s*(?:by|from|:)|via|(?:additional )?reporting by)\s*"
        rf"(?P<name>{_NAME})\.?[)\]]?"
    ),
    rf"[(\[]?with (?:additional )?(?:inputs|files|reporting|material|agency inputs) (?:from|by) (?P<source2>{_NAME})[)\]]?\.?",
    (
        r"[(\[]?(?:mit (?:material|informationen) (?:von|der)|avec|con información de|con agencias|com informações d[aeo]s?|met informatie van"
        r"|avec (?:des )?informations? de|con informazioni di)"
        rf" (?P<source3>{_NAME})[)\]]?\.?"
    ),
    rf"[(（\[]?(?:(?:by|with|von|mit|par|avec|por|con|com|di|door|met|av|med|af) )?(?P<agency>{_AGENCIES}|{_MORE_AGENCIES})(?:\s*[/,&]\s*\w+){{0,4}}[)）\]]?\.?",
)

SYNDICATION = whole(_SYNDICATION)
"""Notices that the text came from elsewhere: cut, and kept as credit."""
SOURCE_LINE = whole(_SOURCE_LINES)
"""Lines that do nothing but name the source: cut, and kept as credit."""
DATELINE = re.compile(
    rf"[^.!?\n]{{0,60}}?\((?P<agency>{_AGENCIES})(?:/\w+)?\)\s*[-–—:]?"
    r"|据?(?:新华社|新華社|路透社|法新社|中央社)|【[^】]{0,20}(?:共同|時事|ロイター|AFP)】|[\[(][^\])]{0,20}연합뉴스[\])]"
)
"""A dateline with an agency, 'BALI (Reuters) -': stays in the text, kept as credit."""
