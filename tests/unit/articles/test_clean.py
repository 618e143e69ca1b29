"""Page furniture goes, the article stays, and lines that name a source are kept as credits."""

from __future__ import annotations

import pytest

from monitor.articles.clean import clean

BODY = (
    "The harbour board of Vellmar approved a new ferry pier on Tuesday after eleven years of debate.",
    "“We could share the cost with the islands,” said its chair, Odile Brandt, before the vote.",
    "Work is to begin in spring and to end before the herring season.",
)


@pytest.mark.parametrize(
    "phrase",
    [
        "all rights reserved",
        "alle Rechte vorbehalten",
        "tous droits réservés",
        "todos los derechos reservados",
        "tutti i diritti riservati",
        "todos os direitos reservados",
        "sva prava pridržana",
        "все права защищены",
    ],
)
def test_reserved_rights_are_furniture_in_any_language_and_case(phrase: str) -> None:
    for line in (f"The Vellmar Courier, {phrase}.", phrase.upper(), phrase.title()):
        assert clean("\n".join((*BODY, line))).text == "\n".join(BODY)


@pytest.mark.parametrize(
    "furniture",
    [
        "You are here",
        "Home > News > Harbour board approves ferry pier",
        "World | Business | Culture | Weather | Obituaries",
        "Skip to main content",
        "ADVERTISEMENT",
        "We use cookies to improve your visit. By clicking Accept you agree.",
        "© 2026 The Vellmar Courier. All rights reserved.",
        "Share on Facebook",
        "Facebook Twitter WhatsApp",
        "Sign up to our daily newsletter and never miss a story",
        "Read also: Ten walks along the coast",
        "See also  The mystery of the missing lighthouse ...",
        "Lire aussi : La digue sera rehaussée",
        "Warning: Invalid argument supplied for foreach() in /srv/site/theme/single.php on line 12",
        "Your email address will not be published. Required fields are marked *",
        "This site uses Akismet to reduce spam. Learn how your comment data is processed.",
    ],
)
def test_a_line_of_furniture_is_cut(furniture: str) -> None:
    text = "\n".join([BODY[0], furniture, *BODY[1:]])
    assert clean(text).text == "\n".join(BODY)
    assert clean(text).credits == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Home prices rose > 4 percent in the year. That is a record for the islands.",
        "The warning: invalid votes were found in two of the nine districts, officials said on line one of the report.",
        "Share prices of the ferry line fell by a tenth after the vote, traders said.",
        "Related research by the institute shows that herring have moved north. It was published last year.",
        "We see cookies as part of our culture, the baker told the court.",
        "Read more slowly, the teacher told the boy.",
    ],
)
def test_a_sentence_of_the_article_stays(sentence: str) -> None:
    text = "\n".join([*BODY, sentence])
    assert clean(text).text == text


@pytest.mark.parametrize(
    "line",
    [
        "Story by Reuters",
        "Source: AFP",
        "With inputs from PTI",
        "Quelle: dpa",
        "(Apart from the headline, this story has not been edited by Courier staff and comes from a syndicated feed.)",
        "This article was originally published by The Tidewater Gazette.",
    ],
)
def test_a_source_line_is_cut_and_kept_as_credit(line: str) -> None:
    cleaned = clean("\n".join([*BODY, line]))
    assert cleaned.text == "\n".join(BODY)
    assert cleaned.credits == (line,)


def test_a_dateline_is_credit_and_stays() -> None:
    text = "VELLMAR (Reuters) - The harbour board approved a new pier on Tuesday."
    assert clean(text).text == text
    assert clean(text).credits == ("VELLMAR (Reuters)",)


def test_an_agency_in_brackets_far_down_is_no_dateline() -> None:
    assert clean("\n".join([*BODY, "Fishermen (Reuters) told their story."])).credits == ()


def test_an_author_box_before_the_comments_is_cut() -> None:
    box = ["Ottilie Marren", '"Avid sailor. Part-time baker. Lover of maps. Friend of goats. Proud islander."']
    assert clean("\n".join([*BODY, *box, "Leave a Reply"])).text == "\n".join(BODY)


def test_short_lines_after_the_comment_form_are_furniture_but_prose_is_not() -> None:
    more = (
        "Passengers will pay the same fares as before until the pier opens, according to the board's plan for the year."
    )
    assert clean("\n".join([*BODY, "Related articles", "Goat elected mayor", more])).text == "\n".join([*BODY, more])


def test_blank_lines_and_runs_of_spaces_are_levelled() -> None:
    assert clean("  One   line \n\n\n another\tline ").text == "One line\nanother line"


def test_a_long_line_that_is_no_sentence_is_cut_after_the_comment_form() -> None:
    headline = "Goat elected mayor of the smallest island after a night of counting and recounting"
    assert clean("\n".join([*BODY, "Leave a Reply", headline])).text == "\n".join(BODY)
    assert clean("\n".join([*BODY, headline])).text == "\n".join([*BODY, headline])
