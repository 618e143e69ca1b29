"""The live page as a reader sees it: it moves without a reload, and hostile text stays text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from monitor.base.events import Alert, ArticleRef, FeedPolled, StoryUpdated

if TYPE_CHECKING:
    from tests.browser.conftest import Site

pytestmark = pytest.mark.browser

Wait = Callable[[Callable[[], Any]], Any]
NOTHING_YET = "\N{EN DASH}"
MakeAlert = Callable[..., Alert]


def one(browser: Chrome, selector: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, selector)


def matches(browser: Chrome) -> list[WebElement]:
    return browser.find_elements(By.CSS_SELECTOR, "#matches .match")


def text(browser: Chrome, selector: str) -> str:
    return one(browser, selector).text


def open_page(browser: Chrome, site: Site, wait: Wait) -> None:
    """Open the page and wait until it is live; the mark in the window would not survive a reload."""
    browser.get(site.address)
    wait(lambda: text(browser, "#state-text") == "Live")
    browser.execute_script("window.sameDocument = true")


def assert_calm(browser: Chrome) -> None:
    """Nothing was reloaded, and the console has nothing to complain about."""
    assert browser.execute_script("return window.sameDocument") is True
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]


def test_a_correction_changes_the_matches_of_its_story_and_is_none_itself(
    browser: Chrome, site: Site, wait: Wait, make_alert: MakeAlert
) -> None:
    match = make_alert(1)
    origin = ArticleRef(id="art_agency", url="https://agency.example/1", first_seen_at=match.at)
    story = replace(match.story, origin=origin, articles=5)
    site.do(site.view.add, match)
    open_page(browser, site, wait)
    wait(lambda: len(matches(browser)) == 1)
    site.do(site.view.add, StoryUpdated(alert_id="alt_u", at=match.at, previous_origin=match.story.origin, story=story))
    wait(lambda: "first: agency.example (corrected)" in text(browser, "#matches .match"))
    assert "story of 5 articles" in text(browser, "#matches .match")
    assert len(matches(browser)) == 1
    browser.refresh()
    wait(lambda: "first: agency.example (corrected)" in text(browser, "#matches"))


def test_a_match_appears_without_reload(browser: Chrome, site: Site, wait: Wait, make_alert: MakeAlert) -> None:
    open_page(browser, site, wait)
    assert "No match yet" in text(browser, "#no-match")

    site.do(site.view.add, make_alert(1, credit="Story by The Wire"))
    wait(lambda: len(matches(browser)) == 1)

    assert not one(browser, "#no-match").is_displayed()
    shown = text(browser, "#matches .match")
    for words in (
        "copy.example copied wire.example",
        "edited",
        "Harbour bridge closed",
        "Harbour bridge shut after crack is found",
        "93 %",
        "83 %",
        "88 %",
        "credited: “Story by The Wire”",
        "Engineers found a crack",
        "97 %",
        "2 h 1 min after",
    ):
        assert words in shown
    assert_calm(browser)


def test_matches_stand_newest_first_however_they_arrive(
    browser: Chrome, site: Site, wait: Wait, make_alert: MakeAlert
) -> None:
    site.do(site.view.add, make_alert(2, title="second"))
    open_page(browser, site, wait)
    wait(lambda: len(matches(browser)) == 1)

    for number, title in ((3, "third"), (1, "first"), (3, "third again")):
        site.do(site.view.add, make_alert(number, title=title))
    wait(lambda: len(matches(browser)) == 3)

    titles = [item.find_element(By.CSS_SELECTOR, "h3").text for item in matches(browser)]
    assert titles == ["third", "second", "first"]
    assert_calm(browser)


@pytest.mark.parametrize(
    "title",
    [
        "<script>window.hacked = true</script>",
        "<img src=x onerror='window.hacked = true'>",
        "</h3></li><svg onload=window.hacked=true>",
        "{{ constructor.constructor('window.hacked = true')() }}",
    ],
)
def test_hostile_text_is_shown_as_text(
    browser: Chrome, site: Site, wait: Wait, make_alert: MakeAlert, title: str
) -> None:
    site.do(site.view.add, make_alert(1, title=title, source=title, text=title, credit=title))  # loaded
    open_page(browser, site, wait)
    site.do(site.view.add, make_alert(2, title=title, source=title, text=title, credit=title))  # streamed
    wait(lambda: len(matches(browser)) == 2)

    for item in matches(browser):
        assert item.find_element(By.CSS_SELECTOR, "h3").text == title
        assert title in item.find_element(By.CSS_SELECTOR, "blockquote").text
        assert item.find_elements(By.CSS_SELECTOR, "script, img, svg") == []
    assert browser.execute_script("return window.hacked") is None
    assert_calm(browser)


@pytest.mark.parametrize("url", ["javascript:window.hacked=true", "data:text/html,x", "file:///etc/passwd", "//[", ""])
def test_only_web_addresses_become_links(
    browser: Chrome, site: Site, wait: Wait, make_alert: MakeAlert, url: str
) -> None:
    open_page(browser, site, wait)
    site.do(site.view.add, make_alert(1, url=url or "no address"))
    wait(lambda: len(matches(browser)) == 1)

    assert one(browser, ".match [data-part=title]").get_attribute("href") is None
    safe = one(browser, ".match [data-part=earlier]")
    assert safe.get_attribute("href") == "https://wire.example/harbour"
    assert "noopener" in str(safe.get_attribute("rel"))
    assert_calm(browser)


def test_the_page_cannot_be_made_to_run_foreign_script(browser: Chrome, site: Site, wait: Wait) -> None:
    open_page(browser, site, wait)

    refused = browser.execute_script(
        "try { document.body.innerHTML = '<p>x</p>'; return false } catch (error) { return error instanceof TypeError }"
    )

    assert refused is True


def test_numbers_move(browser: Chrome, site: Site, wait: Wait) -> None:
    open_page(browser, site, wait)
    assert text(browser, "[data-key=polled] [data-part=count]") == "0"

    site.do(site.metrics.polled.labels(outcome="ok").inc, 1234)
    site.do(site.metrics.publication_to_webhook_seconds.observe, 4.0)
    wait(lambda: text(browser, "[data-key=polled] [data-part=count]") == "1,234")

    wait(lambda: text(browser, "[data-key=polled] [data-part=rate]").endswith("/s"))
    wait(lambda: one(browser, "[data-key=polled] path").get_attribute("d"))
    assert text(browser, "[data-latency=publication_to_webhook_seconds] [data-part=p50]") == "3.5 s"
    assert text(browser, "[data-latency=article_to_alert_seconds] [data-part=p50]") == NOTHING_YET
    assert_calm(browser)


def test_a_failing_feed_and_a_stuck_stage_are_named(browser: Chrome, site: Site, wait: Wait) -> None:
    open_page(browser, site, wait)
    assert text(browser, "#feeds-summary") == "No feed polled yet."
    now = site.clock()

    site.do(site.view.note_feed, FeedPolled(feed_url="https://one.example/<b>", at=now, status=503, error="http_error"))
    site.do(site.health.progress, "match", 0, 5, 9, now - timedelta(hours=1))
    wait(lambda: text(browser, "#feeds-summary") == "1 of 1 in trouble.")
    wait(lambda: text(browser, "#state-text") == "Live, with trouble")

    assert "https://one.example/<b>\nhttp error · HTTP 503" in text(browser, "#feeds")
    assert "match\nstands still · 4 waiting" in text(browser, "#stages")
    assert "Not moving although work is waiting: match." in text(browser, "#notice")
    assert_calm(browser)


def test_a_lost_connection_is_said_and_cured(browser: Chrome, site: Site, wait: Wait, make_alert: MakeAlert) -> None:
    site.do(site.view.add, make_alert(1))
    open_page(browser, site, wait)
    wait(lambda: len(matches(browser)) == 1)

    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", OFFLINE)
    site.do(site.view.close)
    wait(lambda: text(browser, "#state-text") == "Connection lost")
    assert one(browser, "#notice").is_displayed()

    site.do(site.view.add, make_alert(2))  # while no one listens
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", OFFLINE | {"offline": False})
    wait(lambda: text(browser, "#state-text") == "Live")
    wait(lambda: len(matches(browser)) == 2)
    assert not one(browser, "#notice").is_displayed()
    assert browser.execute_script("return window.sameDocument") is True


OFFLINE = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


def test_a_phone_has_no_sideways_scroll(browser: Chrome, site: Site, wait: Wait, make_alert: MakeAlert) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    )
    site.do(site.view.add, make_alert(1, title="W" * 300, url="https://copy.example/" + "x" * 300, text="W" * 300))
    open_page(browser, site, wait)
    wait(lambda: len(matches(browser)) == 1)

    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    assert_calm(browser)
