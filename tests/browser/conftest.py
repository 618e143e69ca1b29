"""The page in a real, headless Chromium, against the real application on loopback."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

from monitor.base.events import Alert, ArticleRef, Match, Passage, StoryRef
from monitor.base.metrics import Metrics
from monitor.web.health import Health
from monitor.web.server import make_app
from monitor.web.view import View

LIMIT_S = 250.0
"""For anything that a test waits for. Much longer than it takes: a slow machine is no fault."""
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # the tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--disable-dev-shm-usage",
    "--window-size=1600,1000",
)


def program(*names: str) -> str:
    """Path of an installed program; the tests fail without it, since a skipped browser test proves nothing."""
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    pytest.fail(
        f"{names[0]} is not installed: run 'apt-get install -y chromium chromium-driver' (Debian, Ubuntu); "
        "the tests of the live page need a real browser and download none",
        pytrace=False,
    )


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with an empty profile, and with the language and colours of a fresh installation."""
    options = Options()
    options.binary_location = program("chromium", "chromium-browser", "google-chrome")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # An explicit path: selenium would otherwise look for a driver to download.
    driver = webdriver.Chrome(options=options, service=Service(program("chromedriver")))
    try:
        driver.set_page_load_timeout(LIMIT_S)
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """The same Chromium with a new tab, and no complaint yet; each test has a site of its own, so nothing is stored."""
    start = chromium.current_window_handle
    chromium.switch_to.new_window("tab")
    chromium.get_log("browser")  # type: ignore[no-untyped-call]
    yield chromium
    chromium.close()
    chromium.switch_to.window(start)


class Site:
    """The running application; what changes it is done on its own loop."""

    def __init__(self, address: str, loop: asyncio.AbstractEventLoop) -> None:
        self.metrics = Metrics()
        self.view = View()
        self.health = Health(["poll", "match"], clock=lambda: NOON)
        self.address = address
        self._loop = loop
        self._beats = 0

    def clock(self) -> datetime:
        """Each beat is a second later than the one before, however fast they come."""
        self._beats += 1
        return NOON + timedelta(seconds=self._beats)

    def do(self, action: Callable[..., Any], *values: Any) -> None:
        """Call something on the application's loop and wait until it is done."""

        async def run() -> None:
            action(*values)

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(LIMIT_S)


@pytest.fixture
def site() -> Iterator[Site]:
    """The application on a free port of loopback, with no alert yet, its stages started."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        site = Site(f"http://127.0.0.1:{listener.getsockname()[1]}/", loop)
        for stage in ("poll", "match"):
            site.health.beat(stage, NOON, 0)
        runner = asyncio.run_coroutine_threadsafe(started(site, listener), loop).result(LIMIT_S)
        try:
            yield site
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(LIMIT_S)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()


async def started(site: Site, listener: socket.socket) -> web.AppRunner:
    app = make_app(
        metrics=site.metrics, view=site.view, health=site.health, version="0.1.0", clock=site.clock, beat_s=0.1
    )
    runner = web.AppRunner(app)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    return runner


@pytest.fixture
def wait(browser: webdriver.Chrome) -> Callable[[Callable[[], Any]], Any]:
    """Wait for a condition of the page; a test that waits for ever fails."""

    def until(condition: Callable[[], Any]) -> Any:
        return WebDriverWait(browser, LIMIT_S, poll_frequency=0.05).until(lambda _: condition())

    return until


@pytest.fixture
def make_alert() -> Callable[..., Alert]:
    """Builds an alert from what the test cares about."""
    return build_alert


def build_alert(number: int = 1, *, title: str = "Harbour bridge closed", url: str = "", **changes: Any) -> Alert:
    first_seen_at = NOON + timedelta(minutes=number)
    earlier = ArticleRef(
        id=f"art_earlier{number}",
        url="https://wire.example/harbour",
        title="Harbour bridge shut after crack is found",
        source="wire.example",
        published_at=NOON - timedelta(hours=2),
        first_seen_at=NOON - timedelta(hours=2),
    )
    article = ArticleRef(
        id=f"art_{number}",
        url=url or f"https://copy.example/{number}",
        title=title,
        source=changes.pop("source", "copy.example"),
        published_at=first_seen_at,
        first_seen_at=first_seen_at,
    )
    passage = Passage(
        article=(0, 60),
        earlier=(5, 65),
        text=changes.pop("text", "Engineers found a crack as long as a hand in the northern pier."),
        similarity=0.97,
    )
    match = Match(
        article=article,
        earlier=earlier,
        kind=changes.pop("kind", "edited"),
        score=0.93,
        jaccard=0.41,
        containment=0.83,
        coverage=0.88,
        credited=bool(changes.get("credit")),
        credits_origin=bool(changes.get("credit")),
        credit=changes.pop("credit", ""),
        passages=(passage,),
    )
    story = StoryRef(id="sty_1", origin=earlier, articles=number + 1, sources=2)
    return Alert(alert_id=f"alt_{number}", at=first_seen_at, article=article, story=story, match=match)
