"""Makes ready what the first article would wait for: `python -m monitor.match.warm`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.base.events import Article
from monitor.fingerprint.fingerprint import fingerprint
from monitor.index.index import Index
from monitor.match.text import Text
from monitor.match.verify import verify

_TEXT = "The harbour council voted on Monday to rebuild the northern breakwater before the winter storms arrive."


def warm() -> None:
    """Fingerprint a sentence and compare it with itself, so that the models of languages and of matching are loaded, and
    every loop is compiled, or read from where it was kept.

    Cost: 10 s the first time on a machine, 2 s after it.
    """
    never = datetime.fromtimestamp(0, UTC)
    fp = fingerprint(Article(id="warm", url="", first_seen_at=never, text=_TEXT))
    index = Index(timedelta())
    index.candidates(fp)
    index.add(fp)
    text = Text.of(fp)
    verify(text, text)


if __name__ == "__main__":
    warm()
