"""Every event survives its way over a topic, and bytes that are none are refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.base import events
from monitor.base.errors import EventError
from monitor.base.events import AnyEvent, Article, Event, Tick, decode, encode

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
# JSON has no other characters, no other numbers.
st.register_type_strategy(str, st.text(st.characters(codec="utf-8"), max_size=20))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
st.register_type_strategy(int, st.integers(-(2**53), 2**53))

KINDS: tuple[type[Event], ...] = get_args(AnyEvent)


def test_all_events_can_be_decoded() -> None:
    defined = {kind for kind in vars(events).values() if isinstance(kind, type) and issubclass(kind, Event)}
    assert defined == {Event, *KINDS}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_an_event_survives_its_round_trip_and_has_one_form(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(st.from_type(kind))
    assert decode(encode(event)) == event
    assert encode(decode(encode(event))) == encode(event)


def test_fields_of_a_later_version_are_ignored_and_missing_ones_have_defaults() -> None:
    body = (
        b'{"type":"article","v":2,"id":"a","url":"u","text":"t","first_seen_at":"2026-11-23T12:00:00Z","mood":"good"}'
    )
    assert decode(body) == Article(v=2, id="a", url="u", text="t", first_seen_at=datetime(2026, 11, 23, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"type":"rumour"}',
        b'{"type":"tick"}',
        b'{"type":"tick","at":7}',
        b'{"type":"tick","at":"soon"}',
        b'{"type":"tick","at":"2026-11-23T12:00:00Z"} ,',
        b"[" * 100_000,
    ],
)
def test_what_is_no_event_is_refused_with_its_beginning(body: bytes) -> None:
    with pytest.raises(EventError, match="not a Wirewatch event") as caught:
        decode(body)
    assert len(str(caught.value)) < 600


@given(st.binary())
def test_any_bytes_are_an_event_or_an_event_error(body: bytes) -> None:
    with suppress(EventError):
        assert isinstance(decode(body), Event)


def test_events_cannot_be_changed() -> None:
    tick = Tick(at=datetime(2026, 11, 23, tzinfo=UTC))
    with pytest.raises(AttributeError):
        tick.v = 2  # type: ignore[misc]
    assert msgspec.structs.replace(tick, v=2).v == 2
