"""`wirewatch extract`."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from agents.cli.compare import _on_page
from agents.cli.extract import command
from monitor.base.errors import InputError

PAGE = (
    "<html><head><meta property='article:published_time' content='2026-11-23T05:30:00Z'><link rel='canonical' href='/a'>"
    "</head><body><article><h1>Gate fails</h1><p>"
    + "Water ran through the lower streets. " * 20
    + "</p></article></body></html>"
)


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_page_is_printed_as_json(tmp_path: Path, is_packed: bool) -> None:
    path = tmp_path / ("a.html.gz" if is_packed else "a.html")
    path.write_bytes(gzip.compress(PAGE.encode()) if is_packed else PAGE.encode())
    ended = CliRunner().invoke(command, [str(path), "--url", "https://herald.example/x"])
    found = json.loads(ended.stdout)
    assert ended.exit_code == 0
    assert (found["kind"], found["canonical"], found["title"]) == ("article", "https://herald.example/a", "Gate fails")
    assert found["published_at"] == "2026-11-23T05:30:00+00:00" and found["modified_at"] is None
    assert found["body"].startswith("Water ran through")


def test_what_is_no_page_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "a.html.gz"
    broken.write_bytes(gzip.compress(PAGE.encode())[:-20])
    for path in (broken, tmp_path / "nothing.html"):
        with pytest.raises(InputError, match=path.name):
            CliRunner().invoke(command, [str(path)], catch_exceptions=False)


def test_compare_takes_a_pages_article_and_no_question_for_consent() -> None:
    assert _on_page(PAGE.encode(), "a.html").startswith("Water ran through")
    assert _on_page(b"<p>Three words only</p>", "a.html") == "Three words only"
    with pytest.raises(InputError, match="asks for consent"):
        _on_page(b"<title>Just a moment...</title><p>Enable JavaScript and cookies to continue</p>", "a.html")
