"""How an endpoint does after each attempt: paused, asked by one at a time, disabled."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.alerts.endpoint import EndpointState, after_attempt
from monitor.base.events import DeliveryAttempt, Endpoint, SigningSecret

START = datetime(2026, 11, 1, tzinfo=UTC)
FIVE_DAYS = timedelta(days=5)


def after(*attempts: DeliveryAttempt, state: EndpointState | None = None) -> EndpointState:
    state = state or EndpointState()
    for one in attempts:
        state = after_attempt(state, one, FIVE_DAYS)
    return state


def failed(after_s: float = 0, **fields: Any) -> DeliveryAttempt:
    given: dict[str, Any] = {"outcome": "retry", "status": 500, "reason": "failed: HTTP 500"} | fields
    return DeliveryAttempt(
        webhook_id="msg_1", endpoint="desk", attempt=1, at=START + timedelta(seconds=after_s), **given
    )


SENT = failed(outcome="sent", status=204)


def test_one_that_does_well_has_all_its_attempts() -> None:
    assert after(SENT).parallel(START, 8) == 8


def test_one_that_fails_is_asked_by_one_at_a_time_until_it_answers() -> None:
    state = after(failed())
    assert state.parallel(START, 8) == 1
    assert after(SENT, state=state) == EndpointState()


def test_one_that_throttles_is_left_alone_twice_as_long_each_time() -> None:
    busy = {"throttled": True, "status": 429}
    state = after(failed(0, **busy))
    assert [state.parallel(START + timedelta(seconds=s), 8) for s in (0, 4.9, 5)] == [0, 0, 1]
    state = after(failed(5, **busy), state=state)
    assert [state.parallel(START + timedelta(seconds=s), 8) for s in (14.9, 15)] == [0, 1]
    for second in (15, 35, 75, 155, 455, 755):
        state = after(failed(second, **busy), state=state)
    assert state.paused_until == START + timedelta(seconds=755 + 300)


def test_attempts_that_were_under_way_together_are_one_sign() -> None:
    busy = [failed(second, throttled=True, status=503) for second in (0, 1, 2, 3)]
    assert after(*busy).throttles == 1


def test_its_own_word_decides_how_long_up_to_a_day() -> None:
    state = after(failed(throttled=True, status=429, retry_after_s=77))
    assert state.paused_until == START + timedelta(seconds=77)
    state = after(failed(throttled=True, status=429, retry_after_s=1e9))
    assert state.paused_until == START + timedelta(days=1)


def test_a_shorter_word_does_not_end_a_longer_pause() -> None:
    state = after(
        failed(throttled=True, status=429, retry_after_s=600), failed(1, throttled=True, status=429, retry_after_s=1)
    )
    assert state.paused_until == START + timedelta(seconds=600)


def test_410_disables_at_once() -> None:
    state = after(failed(outcome="drop", status=410, reason="gone: HTTP 410"))
    assert state.disabled_at == START and "410" in state.disabled_reason


def test_five_days_of_failure_disable_and_not_a_moment_less() -> None:
    almost = FIVE_DAYS.total_seconds() - 1
    state = after(failed(0), failed(almost))
    assert not state.disabled
    state = after(failed(almost + 1), state=state)
    assert state.disabled and "5.0 days" in state.disabled_reason and "HTTP 500" in state.disabled_reason


def test_a_success_in_between_begins_the_days_anew() -> None:
    state = after(failed(0), SENT, failed(100), failed(FIVE_DAYS.total_seconds() + 99))
    assert not state.disabled


def test_a_test_that_arrives_enables_again() -> None:
    state = after(failed(outcome="drop", status=410, reason="gone: HTTP 410"))
    assert not after(SENT, state=state).disabled


@pytest.mark.parametrize("reason", ["unknown_endpoint: x", "disabled: x", "backlog: x", "bug: x"])
def test_what_was_not_sent_says_nothing_of_the_receiver(reason: str) -> None:
    assert after(failed(outcome="drop", status=0, reason=reason)) == EndpointState()


def test_a_rotated_secret_signs_until_its_time_is_over() -> None:
    old = SigningSecret(value="old", until=START)
    endpoint = Endpoint(name="desk", url="https://desk.example/", secrets=(SigningSecret(value="new"), old))
    assert endpoint.signing(START - timedelta(seconds=1)) == ["new", "old"]
    assert endpoint.signing(START) == ["new"]
