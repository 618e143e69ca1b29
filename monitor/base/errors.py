"""Every error that Wirewatch raises on purpose.

    WirewatchError
    ├── ConfigError        the configuration cannot be used; `faults` lists every one of them
    ├── BrokerError        the broker is not there, or refuses
    ├── InputError         a file or URL that the user named cannot be read
    ├── EventError         a message on a topic is not one of our events
    ├── TextTooShort       an article has too few words to be compared
    ├── IndexFull          an index holds as many articles as it can
    └── FetchError         a feed or page could not be fetched; `reason` is one of a short fixed list
        └── ForbiddenAddress   the URL leads to an address that may not be reached

Expected outcomes of a step (sent, try again, drop) are return values, not errors.
"""

from __future__ import annotations

from collections.abc import Sequence


class WirewatchError(Exception):
    """Base of all errors whose message is written for the user: the input, the reason, the mend."""


class ConfigError(WirewatchError):
    """The configuration cannot be used; `faults` holds one line for each mistake."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        head = f"the configuration has {count} mistake{'s' if count != 1 else ''}:"
        super().__init__("\n".join([head, *(f"  - {fault}" for fault in self.faults)]))


class BrokerError(WirewatchError):
    """The broker cannot be reached or used; the service cannot start without it."""


class InputError(WirewatchError):
    """A file or URL that the user named cannot be read; the message says where and why."""


class EventError(WirewatchError):
    """A message is not a valid event of its topic; the caller sends it to the dead letters."""


class TextTooShort(WirewatchError):
    """An article has too few words to be compared; the caller counts it and goes on."""


class IndexFull(WirewatchError):
    """An index holds as many articles as it can; the message says how to divide them."""


class FetchError(WirewatchError):
    """A URL could not be fetched; `reason` is the fixed word that metrics and feed states use."""

    def __init__(self, reason: str, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after_s = retry_after_s


class ForbiddenAddress(FetchError):
    """The URL leads to an address that Wirewatch may not reach (loopback, private, link-local …)."""

    def __init__(self, message: str) -> None:
        super().__init__("forbidden_address", message)
