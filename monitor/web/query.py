"""Query parameters: checked as a whole, refused with the reason and the mend."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from multidict import MultiMapping

from monitor.web.refusal import Refused


def check_names(query: MultiMapping[str], known: Collection[str]) -> None:
    """Refuse a parameter that is not known, or that is given twice, rather than ignore it."""
    for name in query:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            mend = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(sorted(known)) or 'none'}"
            raise Refused(400, f"there is no parameter {name[:50]!r}", mend)
        if len(query.getall(name)) > 1:
            raise Refused(400, f"the parameter {name!r} is given twice", "give it once")


def whole_number(query: MultiMapping[str], name: str, *, default: int, most: int, least: int = 1) -> int:
    """The parameter as a number from `least` to `most`; `default` when it is not given."""
    given = query.get(name)
    if given is None:
        return default
    # Not `int` at once: it takes '1_000', ' 5 ' and the digits of every script too.
    if given.isascii() and given.isdigit() and len(given) <= len(str(most)) and least <= int(given) <= most:
        return int(given)
    raise Refused(
        400,
        f"{name} must be a whole number from {least} to {most} (given: {given[:50]!r})",
        f"for example {name}={default}",
    )


def one_of(query: MultiMapping[str], name: str, words: Collection[str], *, default: str) -> str:
    """The parameter as one of a few words; `default` when it is not given."""
    given = query.get(name, default)
    if given in words:
        return given
    raise Refused(400, f"{name} must be {' or '.join(words)} (given: {given[:50]!r})", f"for example {name}={default}")
