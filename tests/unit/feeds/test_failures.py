"""Why fetches fail: the tables are complete, and messages are safe to print."""

import aiohttp
import pytest

from monitor.base.settings import FetchSettings
from monitor.feeds.failures import FOREIGN, REASONS, of_exception, of_status, shown


def test_every_status_has_a_reason() -> None:
    assert {of_status(status, "http://a.example/", None).reason for status in range(100, 1000)} <= set(REASONS)


def test_an_exception_that_is_no_fault_of_the_network_is_a_bug_and_raised() -> None:
    with pytest.raises(KeyError):
        of_exception(KeyError("x"), "http://a.example/", FetchSettings())


def test_every_error_of_the_client_is_mapped() -> None:
    assert issubclass(aiohttp.ClientError, FOREIGN) and issubclass(TimeoutError, FOREIGN)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://ada:secret@herald.example/a?b=c", "https://herald.example/a?b=c"),
        ("https://ada@herald.example/", "https://herald.example/"),
        ("https://ada:secret@herald.example:port/", "herald.example:port/"),
        ("https://herald.example/\r\n\x1b[31mred", "https://herald.example/%1B%5B31mred"),
        ("x" * 1000, "x" * 300),
    ],
)
def test_urls_are_told_without_password_on_one_short_line(url: str, told: str) -> None:
    assert shown(url) == told
