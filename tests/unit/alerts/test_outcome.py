import aiohttp
import pytest

from monitor.alerts.outcome import FOREIGN, of_exception, of_status
from monitor.base.errors import FetchError, ForbiddenAddress


@pytest.mark.parametrize(
    ("status", "outcome", "word", "throttles"),
    [
        (200, "sent", "", False),
        (204, "sent", "", False),
        (301, "retry", "redirected", False),
        (308, "retry", "redirected", False),
        (400, "retry", "rejected", False),
        (401, "retry", "rejected", False),
        (404, "retry", "rejected", False),
        (410, "drop", "gone", False),
        (429, "retry", "throttled", True),
        (500, "retry", "failed", False),
        (502, "retry", "unavailable", True),
        (503, "retry", "unavailable", True),
        (504, "retry", "unavailable", True),
        (599, "retry", "failed", False),
        (999, "retry", "bad_answer", False),
    ],
)
def test_a_status_decides(status: int, outcome: str, word: str, throttles: bool) -> None:
    verdict = of_status(status)
    assert (verdict.outcome, verdict.reason.partition(":")[0]) == (outcome, word)
    assert verdict.throttles is throttles
    assert outcome == "sent" or str(status) in verdict.reason


def test_a_forbidden_address_is_dropped_although_it_is_a_failed_fetch() -> None:
    verdict = of_exception(ForbiddenAddress("hooks.example leads to 10.0.0.1, a private address"))
    assert verdict.outcome == "drop"
    assert verdict.reason == "forbidden_address: hooks.example leads to 10.0.0.1, a private address"
    assert of_exception(FetchError("dns", "no such host")) == ("retry", "dns: no such host", False)


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (aiohttp.InvalidUrlClientError("http://["), "drop", "bad_url: http://["),
        (aiohttp.ServerTimeoutError("Connection timeout"), "retry", "timeout: Connection timeout"),
        (TimeoutError(), "retry", "timeout: TimeoutError"),
        (aiohttp.ServerDisconnectedError(), "retry", "connection: Server disconnected"),
        (aiohttp.ClientPayloadError("cut off"), "retry", "bad_answer: cut off"),
        (ConnectionResetError("reset by peer"), "retry", "connection: reset by peer"),
    ],
)
def test_a_foreign_exception_decides(error: Exception, outcome: str, reason: str) -> None:
    assert isinstance(error, FOREIGN)
    assert of_exception(error) == (outcome, reason, False)


def test_a_bug_is_not_an_outcome() -> None:
    with pytest.raises(KeyError):
        of_exception(KeyError("spread"))
