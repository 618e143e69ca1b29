"""What stands where an article should be is told from articles, in many languages."""

from __future__ import annotations

import pytest

from monitor.articles.gates import MIN_WORDS, before_gate, gate, word_count

LONG = "The harbour was quiet that day, and nobody saw the gate fail. " * 40
SHORT = "The harbour was quiet that day, and nobody saw the gate fail. " * 5


def judged(text: str, *, title: str = "Gate", is_free: bool | None = None, whole: str = "", shown: str = "") -> str:
    return gate(text, title=title, is_free=is_free, whole=whole, shown=shown or text)


@pytest.mark.parametrize(
    "text",
    [
        "We value your privacy. We and our 842 partners store information on a device.",
        "Wir benötigen Ihre Zustimmung\nMit Werbung weiterlesen",
        "Continuer sans accepter\nNous et nos 300 partenaires stockons des informations",
        "Noi e i nostri 100 partner archiviamo informazioni",
        "Nosotros y nuestros 90 socios almacenamos información",
        "Before you continue to Herald, choose your cookies",
    ],
)
def test_a_question_for_consent_is_no_article(text: str) -> None:
    assert judged(text) == "consent"
    assert judged(text + " " + "and so on, at length, for the lawyers of the house. " * 10) == "consent"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Just a moment...", "Enable JavaScript and cookies to continue"),
        ("Herald", "Verifying you are human. This may take a few seconds."),
        ("Access to this page has been denied", "Reference #18.2"),
        ("Pardon Our Interruption", "something about your browser made us think"),
    ],
)
def test_a_check_for_robots_is_no_article(title: str, shown: str) -> None:
    assert judged("", title=title, shown=shown) == "consent"


@pytest.mark.parametrize(
    "offer",
    [
        "Subscribe to continue reading.",
        "This article is for subscribers only",
        "Already a subscriber? Log in",
        "Il vous reste 57.09% de cet article à lire. La suite est réservée aux abonnés.",
        "Jetzt weiterlesen mit Herald+",
        "Contenido exclusivo para suscriptores",
        "Contenuto riservato agli abbonati",
        "この記事は会員限定です。",
        "只 残り 1,200文字",
    ],
)
def test_a_paywall_counts_where_it_leaves_little(offer: str) -> None:
    assert judged(f"{SHORT}\n{offer}") == "paywalled"
    assert judged(SHORT, shown=f"{SHORT} {offer}") == "paywalled"
    assert judged(f"{LONG}\n{offer}") == "article"


def test_a_page_that_says_of_itself_that_it_is_not_free_is_believed_when_little_is_there() -> None:
    assert judged(SHORT, is_free=False) == "paywalled"
    assert judged(LONG, is_free=False) == "article"
    assert judged(SHORT, is_free=True) == "article"


def test_an_article_that_names_a_word_of_gates_is_an_article() -> None:
    text = f"{SHORT}\nThe publisher said that it cares about your privacy: we value your privacy, the sign at the door read."
    assert judged(text) == "article"


def test_few_words_are_no_article() -> None:
    assert judged("word " * (MIN_WORDS - 1)) == "no_article"
    assert judged("word " * MIN_WORDS) == "article"


def test_words_are_counted_where_no_spaces_stand_between_them() -> None:
    assert word_count("one two") == 2
    assert word_count("南海トラフ、一時調査") == 4


def test_an_offer_at_the_end_is_cut_off_and_one_in_the_middle_is_not() -> None:
    assert before_gate("One.\nTwo.\nSubscribe to continue reading.\nCancel at any time.") == "One.\nTwo."
    whole = f"One.\nSubscribe to continue reading.\n{LONG}"
    assert before_gate(whole) == whole
    assert before_gate("To continue reading, subscribe.") == "To continue reading, subscribe."
