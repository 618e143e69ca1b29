"""`wirewatch evaluate` as its user runs it, on an invented stream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.newsroom import edited, invented_text
from tests.e2e.program import run

KEYS = {
    "articles", "due", "alerts", "unknown_ids", "precision", "recall", "f1", "macro_recall", "min_recall", "ari",
    "false_alarms", "recall_by_form", "wrong_by_form", "calibration_error", "average_precision", "cross_validated",
    "seen_in_training",
}  # fmt: skip


def line(name: str, form: str, group: int, text: str) -> dict[str, Any]:
    return {"id": name, "source": f"{name}.example", "cls": form, "group": f"{group}", "text": text}


@pytest.fixture
def stream(tmp_path: Path) -> Path:
    """Thirty articles, then a copy of each; the last is a copy by its label, of a text that nobody had."""
    texts = [invented_text(number) for number in range(30)]
    lines = [line(f"first{at}", "background", at, text) for at, text in enumerate(texts)]
    lines += [line(f"copy{at}", "edited", at, edited(text)) for at, text in enumerate(texts)]
    lines.append(line("odd", "lost", 0, invented_text(99)))
    path = tmp_path / "stream.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
    return path


async def test_the_shipped_model_in_the_pipeline(stream: Path, tmp_path: Path) -> None:
    plot, out = tmp_path / "plot.png", tmp_path / "alerts.jsonl"
    ended = await run("evaluate", stream, "--json", "--plot", plot, "--out", out, folder=tmp_path)
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert found.keys() == KEYS
    assert (found["articles"], found["due"], found["alerts"]) == (61, 31, 30)
    assert found["recall_by_form"] == {"edited": 1.0, "lost": 0.0}
    assert found["false_alarms"] == {"background": 0.0}
    assert (found["cross_validated"], found["seen_in_training"]) == (False, 0)
    assert plot.read_bytes().startswith(b"\x89PNG") and plot.stat().st_size < 100_000
    told = [json.loads(alert)["data"] for alert in out.read_text("utf-8").splitlines()]
    pairs = {(one["article"]["id"], one["match"]["article"]["id"]) for one in told}
    assert pairs == {(f"copy{at}", f"first{at}") for at in range(30)}


async def test_the_tables_name_forms_and_wrong_verdicts(stream: Path, tmp_path: Path) -> None:
    ended = await run("evaluate", stream, folder=tmp_path)
    assert ended.code == 0, ended.err
    for shown in ("background", "edited", "lost", "no candidate", "adjusted Rand index"):
        assert shown in ended.out
    assert "it has seen none of these texts" in ended.err
    assert "no candidate" not in (await run("evaluate", stream, "--wrong", "0", folder=tmp_path)).out


async def test_cross_validation_says_so(stream: Path, tmp_path: Path) -> None:
    ended = await run("evaluate", stream, "--cross-validate", "--json", folder=tmp_path)
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert found.keys() == KEYS
    assert (found["cross_validated"], found["due"]) == (True, 31)
