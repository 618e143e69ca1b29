"""Which texts hold which words."""

import pytest

from monitor.base.words import MAX_DEPTH, compile_words, searched

TEXTS = ("Vellmar’s harbour board approves a new ferry pier", "The pier will cost 18 million crowns. Ausbau der Fähre.")


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("ferry", True),
        ("FERRY", True),
        ("fer", False),
        ("fer*", True),
        ("ferry tram", False),
        ("ferry pier", True),
        ("ferry AND pier", True),
        ("ferry OR tram", True),
        ("tram OR bus", False),
        ("NOT tram", True),
        ("-tram", True),
        ("ferry -pier", False),
        ("ferry NOT NOT pier", True),
        ('"ferry pier"', True),
        ('"pier ferry"', False),
        ('"new ferry pi*"', True),
        # AND binds closer than OR, and parentheses closest.
        ("tram AND bus OR pier", True),
        ("tram AND (bus OR pier)", False),
        ("ferry NOT (tram OR bus)", True),
        # What is in a phrase is no operator; a phrase does not reach from one text into the next.
        ('"OR"', False),
        ('"pier the"', False),
        # Punctuation and the way accents are written do not count.
        ("vellmar", True),
        ("Fa\u0308hre", True),
        ("18", True),
    ],
)
def test_a_query_holds_or_not(query: str, holds: bool) -> None:
    assert compile_words(query)(searched(TEXTS)) is holds


@pytest.mark.parametrize(
    ("query", "holds"), [("渡船", True), ("渡船码头", True), ("火车", False), ("渡船 -火车", True)]
)
def test_words_of_scripts_without_spaces_are_found_in_a_run(query: str, holds: bool) -> None:
    assert compile_words(query)(searched(["市议会批准新渡船码头。"])) is holds


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "a word is missing at the end"),
        ("ferry OR", "a word is missing at the end"),
        ("OR ferry", "a word is missing before 'OR'"),
        ("ferry AND OR pier", "a word is missing before 'OR'"),
        ("(ferry", "a '(' is not closed"),
        ("ferry) pier", "is a '(' missing"),
        ("()", "a word is missing before ')'"),
        ('"ferry', "a quotation mark is not closed"),
        ('""', "holds no word"),
        ("...", "holds no word"),
        ("(" * (MAX_DEPTH + 2) + "a", "parentheses inside each other"),
        ("a" * 3000, "at most 2000"),
    ],
)
def test_what_is_no_query_is_named(query: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(").replace(")", r"\)")):
        compile_words(query)
