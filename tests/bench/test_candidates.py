"""Whether the index proposes a right earlier article, for every form of re-use and every length, among few others."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import pytest
from msgspec.structs import replace

from monitor.index.index import Index
from tests.bench.streams import fingerprint, labelled, needs_articles

pytestmark = [pytest.mark.quality, needs_articles]


@pytest.mark.parametrize("name", ["articles.jsonl", "multilingual.jsonl"])
def test_a_right_earlier_article_is_among_few_candidates(name: str) -> None:
    index = Index(timedelta(days=36_500))
    groups: dict[str, set[str]] = defaultdict(set)
    due: dict[str, list[bool]] = defaultdict(list)
    asked: list[int] = []
    for one in labelled(name):
        fp = fingerprint(one.article)
        found = index.candidates(fp)
        index.add(fp)
        asked.append(len(found))
        if group := groups[one.group]:
            due[one.form].append(not group.isdisjoint(found))
        group.add(one.article.id)
    every = [hit for hits in due.values() for hit in hits]
    assert sum(every) / len(every) >= 0.995
    assert {form: sum(hits) / len(hits) for form, hits in due.items() if sum(hits) / len(hits) < 0.96} == {}
    assert sum(asked) / len(asked) <= 12


WORDS = 60
FORMS = ("short", "long", "a third inside")


def shaped(text: str, host: str, form: str) -> str:
    """A copy of an article: its first 60 words, all of it in 2,500 of another, or a third of it within another."""
    own, other = text.split(), host.split()
    if form == "short":
        return " ".join(own[:WORDS])
    if form == "long":
        return " ".join((other * 9)[:1250] + own + (other * 9)[1250 : 2500 - len(own)])
    third = own[len(own) // 3 : 2 * len(own) // 3]
    return " ".join([*other[:200], *third, *other[200:400]])


@pytest.mark.parametrize("form", FORMS)
def test_short_and_long_copies_and_a_third_of_an_article_are_candidates(form: str) -> None:
    articles = [one.article for one in labelled("articles.jsonl")]
    stream = [article for article in articles if 200 <= len(article.text.split()) <= 800][:400]
    index = Index(timedelta(days=36_500))
    for article in stream[:200]:
        index.add(fingerprint(article))
    found = 0
    for article, host in zip(stream[:200], stream[200:], strict=True):
        copy = fingerprint(replace(article, id="copy", text=shaped(article.text, host.text, form)))
        found += article.id in index.candidates(copy)
    assert found / 200 >= 0.96, form
