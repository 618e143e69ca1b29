"""The data that ships with the program: the commented configuration, the list of feeds, the demo's articles."""

from __future__ import annotations

from pathlib import Path

from monitor.base.errors import InputError

CONFIGURATION = "wirewatch.toml"
FEED_LIST = "feeds.opml"
DEMO = "demo"

_PACKAGE = Path(__file__).resolve().parent


def bundled(name: str) -> Path:
    """The path of what ships under a name: inside an installed package, or in `config/` of a checkout.

    Raises: InputError: it is in neither place, so the installation is not whole.
    """
    places = (_PACKAGE / "_config" / name, _PACKAGE.parent / "config" / name)
    for place in places:
        if place.exists():
            return place
    raise InputError(f"{name!r} is missing: neither {places[0]} nor {places[1]} is there; install Wirewatch again")
