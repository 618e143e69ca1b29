"""Pages that stand where an article should be: paywalls, consent walls, checks for robots."""

from __future__ import annotations

import re
from typing import Literal

MIN_WORDS = 40
"""Fewer are no article: a caption, a list entry, an error."""
_WHOLE_WORDS = 300
"""A text of so many words is compared even where more of it stands behind a paywall."""
_MAX_GATE_CHARS = 160
_MAX_BEHIND_CHARS = 400
"""So much of an offer follows: what it costs, whom to call."""
_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff]")
_ASIAN_CHARS_A_WORD = 2
_WORD = re.compile(r"\w+")

_CONSENT = re.compile(
    r"we (?:value|respect|care about) your privacy|we and our (?:\d+ )?(?:partners|vendors)|before you continue to"
    r"|(?:manage|accept|reject) (?:all )?(?:cookies|your (?:privacy|cookie))|your privacy (?:choices|is important)"
    r"|wir (?:und unsere (?:\d+ )?partner|benötigen ihre zustimmung)|mit werbung (?:und tracking )?(?:weiterlesen|nutzen)"
    r"|nous et nos (?:\d+ )?partenaires|continuer sans accepter|accepter (?:et continuer|les cookies)"
    r"|noi e i nostri (?:\d+ )?partner|nosotros y nuestros (?:\d+ )?(?:socios|partners)|aceptar (?:y continuar|las cookies)"
    r"|wij en onze (?:\d+ )?partners",
    re.IGNORECASE,
)
_ROBOT = re.compile(
    r"(?:verify|verifying|checking) (?:that )?(?:you are|if you are|your browser)|are you (?:a )?(?:human|robot)"
    r"|enable javascript and cookies|unusual (?:traffic|activity) from your|access (?:to this page )?(?:has been |is )?denied"
    r"|just a moment|please (?:enable|turn on) (?:javascript|cookies)|complete the captcha|ddos protection by"
    r"|attention required! \| cloudflare|request unsuccessful\. incapsula|pardon our interruption",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"(?:subscribe|sign in|log in|register|create (?:a )?(?:free )?account) (?:now )?(?:to|and) (?:continue|keep|read|unlock|access)"
    r"|(?:this|the full) (?:article|story|content) is (?:for|available to|reserved for|exclusive to) (?:our )?(?:paying )?"
    r"(?:subscribers|members|premium)|already (?:a subscriber|have an account)\?|unlock (?:this|the full) (?:article|story)"
    r"|you(?:'|’)ve (?:reached|read) your (?:limit|last free)|to continue reading"
    r"|r[ée]serv[ée]e?s? (?:aux|à nos) abonn[ée]s|il vous reste [\d.,]+ ?% de cet article|lire la suite"
    r"|(?:weiterlesen mit|jetzt weiterlesen|nur für abonnenten|dieser artikel ist (?:für abonnenten|kostenpflichtig))"
    r"|contenido exclusivo para suscriptores|suscr[íi]bete para (?:seguir|continuar)|exclusivo para assinantes"
    r"|contenuto riservato agli abbonati|per continuare a leggere|alleen voor abonnees|この記事は(?:有料)?会員限定"
    r"|有料会員になると|続きを読むには|残り\s*[\d,]+文字|구독자 전용|только для подписчиков",
    re.IGNORECASE,
)


def gate(
    text: str, *, title: str, is_free: bool | None, whole: str, shown: str
) -> Literal["article", "paywalled", "consent", "no_article"]:
    """What a page is, by the text found on it.

    A paywall counts when it leaves little text: many pages name one, and hold the whole article all the same. A consent
    text counts when there is next to nothing else, since every European page has one somewhere.

    Args: text: what was extracted. title: of the page. is_free: what the page says of itself. whole: the text in its
        JSON-LD. shown: all that the page shows, or its beginning.
    Cost: linear; 0.1 ms for a usual page.
    """
    words = word_count(text)
    if words < _WHOLE_WORDS and _is_mostly(_CONSENT, text, words):
        return "consent"
    if words < MIN_WORDS and (_ROBOT.search(title) or _ROBOT.search(shown) or _CONSENT.search(shown)):
        return "consent"
    gated = is_free is False or _PAYWALL.search(text) or _PAYWALL.search(shown)
    if gated and words < _WHOLE_WORDS and word_count(whole) <= 1.2 * words:
        return "paywalled"
    return "article" if words >= MIN_WORDS else "no_article"


def before_gate(text: str) -> str:
    """A text without the offer of a subscription at its end, and what follows that."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number and len(line) <= _MAX_GATE_CHARS and _PAYWALL.search(line):
            before, behind = "\n".join(lines[:number]), "\n".join(lines[number:])
            return before if len(behind) <= _MAX_BEHIND_CHARS or len(behind) < len(before) / 4 else text
    return text


def word_count(text: str) -> int:
    """Words of a text; two characters count as one where words are not set apart."""
    return len(_WORD.findall(_ASIAN.sub(" ", text))) + len(_ASIAN.findall(text)) // _ASIAN_CHARS_A_WORD


def _is_mostly(pattern: re.Pattern[str], text: str, words: int) -> bool:
    lines = [line for line in text.split("\n") if pattern.search(line)]
    return 2 * sum(map(word_count, lines)) >= words > 0
