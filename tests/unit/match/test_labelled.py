"""Labelled streams: what is wrong with a line is named, and folds keep apart what must not be learnt from."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.base.errors import InputError
from monitor.match.labelled import FOLDS, folds, read_labelled, text_hashes

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def line(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, "text": f"text of {name}", "cls": "spun", "group": name, **fields}


def written(path: Path, *lines: Any) -> Path:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in lines), encoding="utf-8")
    return path


def test_a_stream_is_read_in_its_order(tmp_path: Path) -> None:
    path = written(tmp_path / "s.jsonl", line("b", published_at="2026-11-01T00:01:20"), line("a", event="e", title="T"))
    first, second = read_labelled(path, now=NOW)
    assert (first.article.id, first.form, first.group, first.event) == ("b", "spun", "b", "")
    assert first.article.published_at == datetime(2026, 11, 1, 0, 1, 20, tzinfo=UTC)
    assert (second.event, second.article.title) == ("e", "T")
    assert NOW < first.article.first_seen_at < second.article.first_seen_at


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ([line("a"), {"id": "b", "text": "t", "cls": "spun"}], r"s.jsonl:2: .*`group`.* each line needs id, text, cls"),
        ([{"id": "b", "text": "t", "group": "g"}], r"s.jsonl:1: .*`cls`"),
        ([line("a"), line("a")], r"s.jsonl:2: id 'a' comes twice"),
        ([], "holds no articles"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, lines: list[Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        read_labelled(written(tmp_path / "s.jsonl", *lines), now=NOW)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.jsonl: cannot be read"):
        read_labelled(tmp_path / "none.jsonl", now=NOW)


def test_a_group_and_an_event_stay_in_one_fold_also_by_way_of_others(tmp_path: Path) -> None:
    chains = [
        line(f"{at}-{part}", group=f"{at}-{part // 2}", event=f"event {at}" if part % 2 else None)
        for at in range(40)
        for part in range(6)
    ]
    found = folds(read_labelled(written(tmp_path / "s.jsonl", *chains), now=NOW))
    assert all(len({found[f"{at}-{part}"] for part in range(6)}) == 1 for at in range(40))
    assert set(found.values()) == set(range(FOLDS)), "40 chains reach all folds"


def test_texts_are_known_again_by_their_hashes(tmp_path: Path) -> None:
    stream = read_labelled(written(tmp_path / "s.jsonl", line("a"), line("b"), line("c", text="text of a")), now=NOW)
    hashes = text_hashes(stream)
    assert len(hashes) == 2 and (hashes[:-1] < hashes[1:]).all()
    assert set(text_hashes(stream[1:])) == set(hashes)
