"""How many requests go to one publisher at a time, and how close together. Pure; time is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import tld
from yarl import URL

Scope = Literal["host", "domain"]

_SWEEP_OVER = 1_000
"""Places remembered before those that no longer matter are dropped."""


@dataclass(slots=True)
class _Place:
    under_way: int = 0
    free_at: datetime | None = None


class HostLimits:
    """Requests under way, by host or by registered domain.

    Args: concurrency: requests under way at one place. spacing_s: between the starts of two. scope: what a place is: a host
        (`a.blogs.example`), or the domain that somebody registered (`blogs.example`), whose hosts are often one machine.
    """

    def __init__(self, *, concurrency: int, spacing_s: float, scope: Scope) -> None:
        self._concurrency = concurrency
        self._spacing = timedelta(seconds=spacing_s)
        self._scope = scope
        self._places: dict[str, _Place] = {}

    def begin(self, url: str, now: datetime) -> bool:
        """Whether a request may start now; then it has, and `end` must follow."""
        place = self._places.setdefault(place_of(url, self._scope), _Place())
        if place.under_way >= self._concurrency or (place.free_at and now < place.free_at):
            return False
        place.under_way += 1
        place.free_at = now + self._spacing
        return True

    def end(self, url: str, now: datetime) -> None:
        """A request has ended."""
        key = place_of(url, self._scope)
        if place := self._places.get(key):
            place.under_way = max(0, place.under_way - 1)
        if len(self._places) > _SWEEP_OVER:
            self._places = {
                key: one for key, one in self._places.items() if one.under_way or (one.free_at and now < one.free_at)
            }


def place_of(url: str, scope: Scope) -> str:
    """The host of a URL, or the domain that it belongs to, without port.

    Source: the public suffix list, as the package `tld` carries it; names that are in no suffix (`localhost`, addresses)
    stand for themselves.
    Cost: 5 µs.
    """
    host = (URL(url).host or "").lower()
    if scope == "host":
        return host
    domain = tld.get_fld(f"http://{host}", fail_silently=True)
    return domain or host
