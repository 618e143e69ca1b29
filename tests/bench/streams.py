"""The labelled articles of ../shared; each is read and fingerprinted once, however many tests look at it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from monitor.fingerprint import fingerprint as uncached
from monitor.match.labelled import Labelled, read_labelled

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
needs_articles = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the labelled articles (../shared) are not on this machine"
)
fingerprint = cache(uncached.fingerprint)


@cache
def labelled(name: str) -> list[Labelled]:
    """The articles of a file of the bench, in publication order."""
    return read_labelled(SHARED / "bench" / name, now=datetime.now(UTC))
