"""The log as JSON: a line an event, whatever is in it."""

from __future__ import annotations

import json
import logging
import sys

from agents.cli.console import JsonLines


def test_each_event_is_one_object_on_one_line_with_its_exception() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        error = sys.exc_info()
    record = logging.LogRecord("agents.poll", logging.ERROR, "f", 1, "feed %s", ("a\n\u2028\x1b[31m\ud800",), error)
    record.created = 1_764_000_000.5
    line = JsonLines().format(record)
    assert line.isascii() and line.isprintable()
    shown = json.loads(line)
    assert (shown["level"], shown["logger"], shown["at"]) == ("error", "agents.poll", "2025-11-24T16:00:00.500+00:00")
    assert shown["message"].startswith("feed a\n")
    assert "ValueError: two\nlines" in shown["exception"]
