"""`wirewatch feeds check`, on documents of our own and on those that gofeed is tested with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agents.cli import feed_documents
from agents.cli.feeds import command

SHARED = Path(__file__).parents[4] / "shared" / "feeds" / "gofeed"
RSS = "<rss><channel><title>Herald</title><item><title>Gate</title><link>https://h.example/gate</link></item></channel></rss>"


def checked(*arguments: object) -> tuple[int, dict[str, Any]]:
    ended = CliRunner().invoke(command, ["check", *map(str, arguments), "--json"])
    return ended.exit_code, json.loads(ended.stdout)


def expecting(folder: Path, expected: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    (folder / "a.xml").write_text(RSS, encoding="utf-8")
    (folder / "a.json").write_text(json.dumps(expected), encoding="utf-8")
    return checked(folder, "--expect")


def test_documents_are_counted(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.xml").write_text(RSS, encoding="utf-8")
    (tmp_path / "b.xml").write_text("<html>", encoding="utf-8")
    code, found = checked(tmp_path)
    problems = found.pop("problems")
    assert (code, found) == (0, {"documents": 2, "read": 1, "crashed": 0, "entries": 1})
    assert "is a web page" in problems[str(tmp_path / "b.xml")][0]


@pytest.mark.parametrize(
    "expected",
    [
        {"title": "Herald", "items": [{"title": "Gate", "link": "https://h.example/gate"}]},
        {"items": [{"ttl": "7", "links": ["https://h.example/gate"]}]},
    ],
)
def test_a_document_agrees_with_what_is_said_of_it(tmp_path: Path, expected: dict[str, Any]) -> None:
    code, found = expecting(tmp_path, expected)
    assert (code, found["documents"], found["agree"], found["without_expectation"]) == (0, 1, 1, 0)


def test_a_document_of_which_nothing_is_expected_does_not_count_as_one_that_agrees(tmp_path: Path) -> None:
    (tmp_path / "b.xml").write_text(RSS, encoding="utf-8")
    code, found = expecting(tmp_path, {"title": "Other"})
    assert (code, found["documents"], found["read"], found["agree"], found["without_expectation"]) == (1, 1, 1, 0, 1)


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ({"title": "Other", "items": [{}]}, "title: expected 'Other', read 'Herald'"),
        ({"items": []}, "number of entries: expected '0', read '1'"),
        ({"items": [{"link": "https://h.example/other"}]}, "entry 1: link: expected 'https://h.example/other'"),
        ({"entries": [{"links": [{"href": "https://h.example/b"}]}]}, "entry 1: link: expected 'https://h.example/b'"),
        ({"items": [{"pubDateParsed": "2026-11-23T11:00:00Z"}]}, "entry 1: date: expected '2026-11-23 11:00:00+00:00'"),
        ({"items": [{"authors": [{"name": "Ada"}]}]}, "entry 1: author: expected 'Ada', read ''"),
        ({"items": [{"content": {"value": "<b>a</b>"}}]}, "entry 1: content: expected 'a', read ''"),
    ],
)
def test_what_was_read_otherwise_is_told(tmp_path: Path, expected: dict[str, Any], told: str) -> None:
    code, found = expecting(tmp_path, expected)
    assert (code, found["agree"]) == (1, 0)
    assert found["problems"][str(tmp_path / "a.xml")][0].startswith(told)


def test_a_crash_is_counted_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(feed_documents, "parse", crash)
    (tmp_path / "a.xml").write_text(RSS, encoding="utf-8")
    code, found = checked(tmp_path)
    assert (code, found["crashed"], found["read"]) == (1, 1, 0)


def test_the_table_for_people_names_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "b.xml").write_text("<html>", encoding="utf-8")
    ended = CliRunner().invoke(command, ["check", str(tmp_path)])
    assert "is a web page" in " ".join(ended.stdout.split())
    assert "documents 1, read 0" in ended.stdout


@pytest.mark.skipif(not SHARED.is_dir(), reason="the feeds that gofeed is tested with are not beside the checkout")
def test_the_documents_that_gofeed_is_tested_with_are_read_as_expected() -> None:
    _, found = checked(SHARED, "--expect")
    # The 13 without expectation: two of broken JSON, an empty one and a note, which are refused, and nine feeds.
    assert (found["documents"], found["without_expectation"], found["crashed"]) == (442, 13, 0)
    # Read otherwise: content in JSON and video types, which is no article's text.
    assert (found["read"], found["agree"]) == (442, 441)
