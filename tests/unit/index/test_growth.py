"""The growth of the index, at sizes that take no time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.index import growth

SUBJECTS = ("harbour", "railway", "orchard", "museum", "glacier", "parliament")


def lines() -> str:
    """Reports on six subjects, and a copy of each."""
    records = []
    for kind in ("background", "copy"):
        for number, subject in enumerate(SUBJECTS):
            text = f"The {subject} of Vellmar needs {number + 3} million crowns for repairs before winter. " * 2
            text += " ".join(f"Councillor z{subject}{word} objected to the plan." for word in "abcdef")
            records.append({"id": f"{kind}{number}", "group": subject, "cls": kind, "text": text})
    return "".join(json.dumps(one) + "\n" for one in records)


def test_both_tables_and_the_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    for name, value in {"REAL": (5, 20), "COUNTED": (5, 20, 40), "ASKED": 10, "_CHUNK": 20}.items():
        monkeypatch.setattr(growth, name, value)
    articles, plot = tmp_path / "articles.jsonl", tmp_path / "growth.png"
    articles.write_text(lines(), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["growth", str(articles), "--plot", str(plot)])
    growth.main()
    asked, read = [
        [row.strip("| ").split(" | ") for row in table.splitlines()[2:]]
        for table in capsys.readouterr().out.split("\n\n")
    ]
    assert [row[0] for row in asked] == ["5", "20"]
    # A right candidate is found for every copy, whatever else is in the index.
    assert [row[2:4] for row in asked] == [["1.0000", "1.000"]] * 2
    assert [row[0] for row in read] == ["5", "20", "40"]
    assert plot.read_bytes().startswith(b"\x89PNG") and plot.stat().st_size < 100_000
