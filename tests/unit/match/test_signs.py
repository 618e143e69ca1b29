"""Signs of machine rewriting: named where they are, and not where people edit or quote."""

from __future__ import annotations

import pytest

from monitor.match.residue import residue
from monitor.match.signs import MIN_EXCHANGED, signs
from monitor.match.verify import verify
from tests.unit.match.reports import REPORT, REWRITE, SAME_EVENT, MakeText

EXCHANGED = {
    "approved": "ratified",
    "debate": "altercation",
    "begin": "commence",
    "finished": "consummated",
    "opposed": "gainsaid",
    "shallow": "shoaly",
    "boats": "dinghies",
    "complaint": "grievance",
    "winter": "wintertide",
    "storms": "tempests",
}
"""Common words of the report and rarer ones, as a spinner takes them from a list."""


def spun(exchanged: dict[str, str], text: str = REPORT) -> str:
    """The text with the words exchanged."""
    for word, other in exchanged.items():
        assert f" {word}" in text
        text = text.replace(f" {word}", f" {other}")
    return text


def test_words_that_a_spinner_exchanged_are_counted_and_shown(text_of: MakeText) -> None:
    (sign,) = signs(text_of(spun(EXCHANGED)), text_of(REPORT))
    assert sign.startswith(f"spinner_synonyms: {len(EXCHANGED)} words exchanged for rarer ones in place, as “")
    assert "“finished” → “consummated”" in sign


def test_a_few_exchanged_words_are_an_editors(text_of: MakeText) -> None:
    words = list(EXCHANGED.items())
    assert signs(text_of(spun(dict(words[: MIN_EXCHANGED - 1]))), text_of(REPORT)) == ()
    assert signs(text_of(spun(dict(words[:MIN_EXCHANGED]))), text_of(REPORT)) != ()


def test_words_exchanged_for_commoner_ones_are_no_sign(text_of: MakeText) -> None:
    assert signs(text_of(REPORT), text_of(spun(EXCHANGED))) == ()


def test_as_many_commoner_as_rarer_words_are_an_editors(text_of: MakeText) -> None:
    words = list(EXCHANGED.items())
    later, earlier = spun(dict(words[:6])), spun(dict(words[6:]))
    assert signs(text_of(later), text_of(earlier)) == ()


def test_a_long_text_needs_more_exchanged_words(text_of: MakeText) -> None:
    filling = "\n".join(SAME_EVENT.replace("the", f"the {word}") for word in ("old", "long", "first", "last", "other"))
    assert signs(text_of(f"{spun(EXCHANGED)}\n{filling}"), text_of(f"{REPORT}\n{filling}")) == ()


@pytest.mark.parametrize("later", [REPORT, REWRITE, SAME_EVENT])
def test_people_leave_no_sign(text_of: MakeText, later: str) -> None:
    assert signs(text_of(later), text_of(REPORT)) == ()


@pytest.mark.parametrize(
    "said",
    [
        "As an AI language model, I have no opinion on ferry piers.",
        "I’m sorry, but I can't name the board's members.",
        "I cannot fulfill this request without the minutes.",
        "My knowledge cutoff does not include this vote.",
        "Certainly! Here is a fresh report on the pier:",
        "Here's the rewritten article about the pier:",
        "Let me know if you'd like me to shorten it.",
        "Als KI-Sprachmodell kenne ich den Anleger nicht.",
        "Hier ist die umformulierte Fassung des Berichts:",
        "En tant que modèle de langage, je ne vote pas.",
        "Bien sûr ! Voici le texte demandé.",
        "Como modelo de lenguaje, no tengo opinión.",
        "¡Claro! Aquí tienes el texto sobre el muelle.",
        "Como um modelo de linguagem, não tenho opinião.",
        "Come modello linguistico, non ho opinioni.",
        "Als taalmodel heb ik geen mening.",
        "Jako model językowy nie mam zdania.",
        "Kao jezični model nemam mišljenje.",
        "Как языковая модель, я не голосую.",
        "Bir yapay zeka dil modeli olarak oy kullanmam.",
        "作为一个人工智能语言模型，我没有意见。",
        "AI言語モデルとして、意見はありません。",
    ],
)
def test_what_a_chatbot_says_is_quoted(text_of: MakeText, said: str) -> None:
    (sign,) = signs(text_of(f"{said}\n{REPORT}"), text_of(REPORT))
    word, _, explanation = sign.partition(": ")
    assert word == "chatbot_residue"
    assert explanation.strip("“”") in said


def test_a_report_about_chatbots_that_quotes_one_has_no_residue(text_of: MakeText) -> None:
    quoting = f"{REPORT}\nThe machine answered: “As an AI language model, I cannot vote,” to laughter in the hall."
    assert signs(text_of(quoting), text_of(REPORT)) == ()


def test_what_stands_in_the_earlier_text_too_was_left_by_nobody(text_of: MakeText) -> None:
    both = f"{REPORT}\nIt fails as an AI language model would."
    assert signs(text_of(both), text_of(both)) == ()


@pytest.mark.parametrize(
    "said",
    [
        "Sorry that the pier is late, he said, but I cannot help it.",
        "Here is a report that was rewritten in the minutes.",
        "The model of the pier stands here, as an amusing language of steel.",
        "The union withdrew its request; my training was short.",
    ],
)
def test_ordinary_sentences_are_no_residue(said: str) -> None:
    assert list(residue(said)) == []


def test_a_match_carries_its_signs(text_of: MakeText) -> None:
    match = verify(text_of(spun(EXCHANGED)), text_of(REPORT))
    assert match and len(match.signs) == 1
