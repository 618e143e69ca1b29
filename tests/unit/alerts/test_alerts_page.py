"""The page on alerts against what is sent: the same keys in its examples, each with its meaning."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts.payload import alert_event
from monitor.base.events import AnyAlert
from tests.unit.alerts.test_payload import alert, passage, revised, update

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "alerts.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
SENT: list[AnyAlert] = [alert(tuple(passage(at, 9, "word " * 900) for at in range(20))), update(), revised()]


def keys(value: Any, path: str = "") -> Iterator[str]:
    """The paths of all keys."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}.{key}".lstrip(".")
            yield from keys(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, path)


@pytest.mark.parametrize(
    ("example", "sent"), list(zip(EXAMPLES, SENT, strict=True)), ids=lambda each: type(each).__name__
)
def test_the_examples_have_the_keys_of_what_is_sent(example: Any, sent: AnyAlert) -> None:
    event = alert_event(sent)
    assert example["type"] == event["type"]
    assert set(keys(example)) == set(keys(event))


def test_each_field_has_its_meaning() -> None:
    told = set(re.findall(r"^\| `([\w.]+)` \|", PAGE, re.MULTILINE))
    for event in [alert_event(sent) for sent in SENT]:
        for path in keys(event["data"]):
            *parents, name = path.split(".")
            parent = parents[-1] if parents else ""
            parent = "article" if parent in ("origin", "previous_origin") else parent
            assert {path, name if not parents else f"{parent}.{name}"} & told or path in ("story", "match"), path


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each["type"])
def test_an_example_fits_its_own_offsets(example: Any) -> None:
    for one in (example["data"].get("match") or {}).get("passages", []):
        start, end = one["article"]
        assert end - start == len(one["text"])
