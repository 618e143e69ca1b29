"""Passages are what a person would mark: whole sentences, joined where they go on, each with its counterpart."""

from __future__ import annotations

from monitor.match.alignment import align
from monitor.match.passages import find_spans, passages
from monitor.match.text import Text
from tests.unit.match.reports import LIFTED, REPORT, REWRITE, UNRELATED, MakeText


def marked(later: Text, earlier: Text) -> list[tuple[str, str, float]]:
    found = passages(later, earlier, find_spans(later, earlier, align(later, earlier)))
    return [(later.text[slice(*one.article)], earlier.text[slice(*one.earlier)], one.similarity) for one in found]


def test_lifted_sentences_are_one_passage_on_both_sides(text_of: MakeText) -> None:
    lines = "\n".join(REPORT.splitlines()[3:6])
    assert marked(text_of(LIFTED), text_of(REPORT)) == [(lines, lines, 1.0)]


def test_sentences_in_another_order_are_found_where_they_stand(text_of: MakeText) -> None:
    lines = REPORT.splitlines()
    turned = text_of("\n".join(reversed(lines)))
    found = marked(turned, text_of(REPORT))
    assert [mine for mine, _, _ in found] == lines[::-1]
    assert all(mine == theirs for mine, theirs, _ in found)


def test_a_rewritten_sentence_has_its_counterpart_and_a_lower_similarity(text_of: MakeText) -> None:
    found = marked(text_of(REWRITE), text_of(REPORT))
    covered = sum(len(mine) for mine, _, _ in found)
    assert covered > 0.9 * len(REWRITE)
    assert all(0.4 < similarity < 0.95 for _, _, similarity in found)


def test_a_sentence_split_in_two_is_found_whole(text_of: MakeText) -> None:
    joined = (
        "The harbour board of Vellmar approved a costly new ferry pier for the islands of Norra and Hask on Tuesday and "
        "fishermen withdrew their complaint about the shallow mooring water beside the abandoned herring cannery."
    )
    split = joined.replace(" on Tuesday and fishermen", " on Tuesday. Fishermen")
    (mine, theirs, _), *rest = marked(text_of(split), text_of(joined))
    assert not rest
    assert (mine, theirs) == (split, joined)


def test_unrelated_texts_have_at_most_their_nearest_sentence(text_of: MakeText) -> None:
    assert len(marked(text_of(UNRELATED), text_of(REPORT))) <= 1


def test_where_nothing_is_near_enough_the_nearest_sentence_is_shown(text_of: MakeText) -> None:
    lines = UNRELATED.splitlines()
    later = text_of("\n".join([*lines[:2], f"{lines[2]} Vellmar and Norra wait for the herring season.", *lines[3:]]))
    found = marked(later, text_of(REPORT))
    assert len(found) == 1
    assert "herring season" in found[0][0]
    assert "herring season" in found[0][1]


def test_texts_without_a_word_in_common_have_no_passage(text_of: MakeText) -> None:
    other = "zalfa zbravo zcharlie zdelta zecho zfoxtrot zgolf zhotel zindia"
    assert marked(text_of(other), text_of(REPORT)) == []
