"""Whether a site lets programs read a page: its robots.txt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego
from yarl import URL

from monitor.base.errors import FetchError

MAX_BYTES = 500 * 1024
"""RFC 9309, 2.5: at least 500 KiB are to be read."""
KEPT = timedelta(hours=24)
"""RFC 9309, 2.4: not longer than a day."""
ASK_AGAIN = timedelta(hours=1)
"""After a site did not say."""
_NOBODY = "User-agent: *\nDisallow: /"
_MAX_DELAY_S = 60.0


@dataclass(frozen=True)
class Robots:
    """The rules of one site."""

    rules: Protego
    until: datetime
    """When they are to be asked for again."""

    def allows(self, url: str, agent: str) -> bool:
        """Whether `agent` (the User-Agent, of which the name counts) may read a page."""
        return bool(self.rules.can_fetch(url, _name(agent)))

    def delay_s(self, agent: str) -> float:
        """Seconds that the site wants between two requests; 0 when it says nothing."""
        return min(float(self.rules.crawl_delay(_name(agent)) or 0.0), _MAX_DELAY_S)


def robots_url(url: str) -> str:
    """Where the robots.txt that holds for a page stands."""
    return str(URL(url).origin() / "robots.txt")


def robots_of(answer: bytes | FetchError, now: datetime) -> Robots:
    """The rules that an answer means.

    A site without the file (4xx) allows everything; one that does not answer, or not as it should, allows nothing until
    it is asked again.
    Source: RFC 9309, 2.3.1.
    """
    if isinstance(answer, bytes):
        return Robots(Protego.parse(answer[:MAX_BYTES].decode("utf-8", "replace")), now + KEPT)
    if answer.reason in ("not_found", "http_4xx", "gone", "empty"):
        return Robots(Protego.parse(""), now + KEPT)
    return Robots(Protego.parse(_NOBODY), now + ASK_AGAIN)


def _name(agent: str) -> str:
    return agent.partition("/")[0].strip() or "*"
