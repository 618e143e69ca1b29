"""The HTML that the server writes: the frame of the page. All that comes from feeds is filled in by the script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

HERE = Path(__file__).parent
STATIC = HERE / "static"

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Number:
    """One number on the page: `key` of `Metrics.snapshot`, how it is called, and what it counts."""

    key: str
    label: str
    meaning: str


FLOW = (
    Number("polled", "Polls", "Requests to feeds"),
    Number("articles.new", "New articles", "Articles that were not known before"),
    Number("fingerprinted", "Fingerprinted", "Articles whose text was turned into a signature"),
    Number("candidates", "Candidates", "Earlier articles that the index proposed"),
    Number("verified", "Verified", "Pairs whose texts were compared"),
    Number("matched", "Matched", "Pairs that share text"),
    Number("alerts", "Alerts", "Articles that joined a story"),
    Number("deliveries.sent", "Delivered", "Webhooks that a receiver accepted"),
)
"""The stages in the order in which an article passes them."""

BESIDE = (
    Number("articles.revised", "Revised articles", "A later text under the same address"),
    Number("articles.unchanged", "Unchanged entries", "Entries that were listed again"),
    Number("too_short", "Too short to compare", "Articles with too few words"),
    Number("articles.rejected", "Rejected entries", "Entries that could not be read as an article"),
    Number("deliveries.retry", "Deliveries to be retried", "Attempts that failed and will be made again"),
    Number("deliveries.drop", "Deliveries given up", "Attempts that will not be made again"),
    Number("dead_lettered", "Dead letters", "Messages set aside because they could not be processed"),
)
"""What leaves the flow on its way."""

KINDS = (
    Number("matched.verbatim", "verbatim", "Reprints: next to all of the text, word for word"),
    Number("matched.edited", "edited", "Copies that were cut or edited"),
    Number("matched.rewritten", "rewritten", "The same text in other words"),
    Number("matched.partial", "partial", "Some passages were taken"),
)
"""The matches by kind; each label is the `kind` of a match and chooses its colour."""

LATENCIES = (
    Number(
        "publication_to_webhook_seconds", "Publication to webhook", "From an article's date to the accepted webhook"
    ),
    Number("article_to_alert_seconds", "First seen to alert", "From the poll that found an article to its alert"),
)


def render(template: str, **values: Any) -> str:
    """A template of this package with its values, escaped. Raises: jinja2.UndefinedError: a value is missing."""
    return _templates.get_template(template).render(values)


def feeds_page(feeds: Sequence[Mapping[str, Any]], *, total: int) -> str:
    """The page on `/feeds`: feeds as `feed_json` gives them, in the order in which they are to be shown."""
    return render("feeds.html", feeds=feeds, total=total)


def front_page(version: str) -> str:
    """The page on `/`."""
    return render("front.html", version=version, flow=FLOW, kinds=KINDS, beside=BESIDE, latencies=LATENCIES)
