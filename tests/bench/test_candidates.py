"""Whether the index proposes a right earlier article, for every form of re-use and every length, among few others."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.base.events import Article
from monitor.fingerprint.fingerprint import fingerprint
from monitor.index.index import Index

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
pytestmark = [
    pytest.mark.quality,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled articles (../shared) are not on this machine"),
]


def records(name: str) -> list[dict[str, Any]]:
    with (SHARED / "bench" / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def text_of(record: Mapping[str, Any]) -> Article:
    return Article(
        id=record["id"],
        url=record["url"],
        source=record["source"],
        first_seen_at=datetime.fromisoformat(record["published_at"]),
        text=record["text"],
    )


@pytest.mark.parametrize("name", ["articles.jsonl", "multilingual.jsonl"])
def test_a_right_earlier_article_is_among_few_candidates(name: str) -> None:
    index = Index(timedelta(days=36_500))
    groups: dict[str, set[str]] = defaultdict(set)
    due: dict[str, list[bool]] = defaultdict(list)
    asked: list[int] = []
    for record in records(name):
        fp = fingerprint(text_of(record))
        found = index.candidates(fp)
        index.add(fp)
        asked.append(len(found))
        if group := groups[record["group"]]:
            due[record["cls"]].append(not group.isdisjoint(found))
        group.add(record["id"])
    every = [hit for hits in due.values() for hit in hits]
    assert sum(every) / len(every) >= 0.995
    assert {form: sum(hits) / len(hits) for form, hits in due.items() if sum(hits) / len(hits) < 0.96} == {}
    assert sum(asked) / len(asked) <= 12


WORDS = 60
FORMS = ("short", "long", "a third inside")


def shaped(record: Mapping[str, Any], host: Mapping[str, Any], form: str) -> str:
    """A copy of an article: its first 60 words, all of it in 2,500 of another, or a third of it within another."""
    own, other = record["text"].split(), host["text"].split()
    if form == "short":
        return " ".join(own[:WORDS])
    if form == "long":
        return " ".join((other * 9)[:1250] + own + (other * 9)[1250 : 2500 - len(own)])
    third = own[len(own) // 3 : 2 * len(own) // 3]
    return " ".join([*other[:200], *third, *other[200:400]])


@pytest.mark.parametrize("form", FORMS)
def test_short_and_long_copies_and_a_third_of_an_article_are_candidates(form: str) -> None:
    stream = [record for record in records("articles.jsonl") if 200 <= len(record["text"].split()) <= 800][:400]
    index = Index(timedelta(days=36_500))
    for record in stream[:200]:
        index.add(fingerprint(text_of(record)))
    found = 0
    for record, host in zip(stream[:200], stream[200:], strict=True):
        copy = fingerprint(text_of({**record, "id": "copy", "text": shaped(record, host, form)}))
        found += record["id"] in index.candidates(copy)
    assert found / 200 >= 0.96, form
