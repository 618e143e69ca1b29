"""What a check has found."""

from __future__ import annotations

from typing import Literal

import msgspec

Word = Literal["ok", "warning", "fault", "skipped"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    check: str
    word: Word
    """`fault`: the service will not do its work; `warning`: it will not for long, or not for everybody."""
    found: str
    mend: str = ""
    """What to do; always there with a fault or a warning."""


def ok(check: str, found: str) -> Finding:
    """It is as it should be."""
    return Finding(check=check, word="ok", found=found)


def warning(check: str, found: str, mend: str) -> Finding:
    """It works, and somebody should know."""
    return Finding(check=check, word="warning", found=found, mend=mend)


def fault(check: str, found: str, mend: str) -> Finding:
    """The service cannot do its work like this."""
    return Finding(check=check, word="fault", found=found, mend=mend)


def skipped(check: str, found: str) -> Finding:
    """It could not be looked at, or nobody wanted it."""
    return Finding(check=check, word="skipped", found=found)
