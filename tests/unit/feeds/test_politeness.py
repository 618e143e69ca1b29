"""How much one publisher is asked, and what its robots.txt allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.base.errors import FetchError
from monitor.feeds.due import DueFeeds
from monitor.feeds.host_limits import HostLimits, Scope, place_of
from monitor.feeds.robots import ASK_AGAIN, KEPT, robots_of, robots_url

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AGENT = "Wirewatch/0.1 (+https://h.example/)"


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_a_host_gets_so_many_requests_at_a_time_and_so_far_apart() -> None:
    limits = HostLimits(concurrency=2, spacing_s=5, scope="host")
    assert limits.begin("http://a.example/1", NOW)
    assert not limits.begin("http://a.example/2", later(4.9)), "too close"
    assert limits.begin("http://b.example/1", NOW), "another host"
    assert limits.begin("http://a.example/2", later(5))
    assert not limits.begin("http://a.example/3", later(60)), "two at a time"
    limits.end("http://a.example/1", later(60))
    assert limits.begin("http://a.example/3", later(60))


@pytest.mark.parametrize(
    ("url", "scope", "place"),
    [
        ("https://A.blogs.example.co.uk:8080/x", "host", "a.blogs.example.co.uk"),
        ("https://a.blogs.example.co.uk:8080/x", "domain", "example.co.uk"),
        ("http://127.0.0.1/", "domain", "127.0.0.1"),
        ("http://localhost/", "domain", "localhost"),
    ],
)
def test_a_place_is_a_host_or_its_domain(url: str, scope: Scope, place: str) -> None:
    assert place_of(url, scope) == place


def test_feeds_come_up_in_the_order_in_which_they_are_due_and_once() -> None:
    due = DueFeeds()
    due.put("b", later(2))
    due.put("a", later(1))
    due.put("c", later(9))
    due.put("c", later(3))
    assert list(due.pop(later(2))) == [("a", later(1)), ("b", later(2))]
    assert "c" in due and "a" not in due
    assert list(due.pop(later(9))) == [("c", later(3))]


def test_rules_hold_for_the_name_of_the_program() -> None:
    robots = robots_of(b"User-agent: wirewatch\nDisallow: /private*/\nCrawl-delay: 5\nUser-agent: *\nDisallow: /", NOW)
    assert robots.allows("https://h.example/a", AGENT)
    assert not robots.allows("https://h.example/private-1/a", AGENT)
    assert (robots.delay_s(AGENT), robots.delay_s("other")) == (5, 0)
    assert robots.until == NOW + KEPT
    assert not robots.allows("https://h.example/a", "other/1")


@pytest.mark.parametrize(
    ("reason", "allowed"), [("not_found", True), ("http_4xx", True), ("http_5xx", False), ("timeout", False)]
)
def test_a_site_without_rules_allows_all_and_one_that_does_not_answer_nothing(reason: str, allowed: bool) -> None:
    robots = robots_of(FetchError(reason, "x"), NOW)
    assert robots.allows("https://h.example/a", AGENT) is allowed
    assert robots.until == NOW + (KEPT if allowed else ASK_AGAIN)


def test_rules_stand_at_the_root_of_the_site() -> None:
    assert robots_url("https://h.example:8443/a/b?c") == "https://h.example:8443/robots.txt"
