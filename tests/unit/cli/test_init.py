"""`wirewatch init`: what is answered is in the file, and the file is one that the program takes."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agents.bundled import CONFIGURATION, bundled
from agents.cli.config import command as config_command
from agents.cli.first_configuration import Answers, Feed, Webhook, first_configuration
from agents.cli.init import command
from monitor.base.errors import ConfigError, InputError
from monitor.base.settings import Settings, load

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>The Herald\x20]] # "x"</title>
<item><title>One</title><link>http://herald.example/1</link><description>Words.</description></item></channel></rss>"""
PAGE = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body></body></html>'


class Site(BaseHTTPRequestHandler):
    """An outlet with a feed, and a receiver that remembers what came."""

    posts: list[dict[str, str]] = []
    answer = 204

    def do_GET(self) -> None:
        body = {"/": PAGE, "/feed.xml": FEED}.get(self.path)
        self.send_response(200 if body else 404)
        self.end_headers()
        self.wfile.write(body or b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.posts.append(dict(self.headers))
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Site, "posts", [])
    monkeypatch.setattr(Site, "answer", 204)
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def written(path: str = "wirewatch.toml") -> Settings:
    checked = CliRunner().invoke(config_command, ["check", "--config", path], catch_exceptions=False)
    assert checked.exit_code == 0, checked.output
    return load(Path(path), environ={})


def test_what_is_answered_stands_in_a_file_that_is_accepted(site: str) -> None:
    ended = init(
        "--mine", site, "--known", "nl", "--only-mine", "--webhook", f"{site}/hook", "--allow-private-addresses"
    )
    assert ended.exit_code == 0, ended.output
    settings = written()
    urls = [feed.url for feed in settings.feeds]
    assert urls[0] == f"{site}/feed.xml" and len(urls) > 1
    assert settings.groups == {"mine": ("127.0.0.1",)}
    assert [rule.origin for rule in settings.rules] == [("mine",)]
    (hook,) = settings.webhooks
    assert hook.secret.get_secret_value() == ended.stdout.strip()
    assert len(settings.web.token.get_secret_value()) == 48
    assert len(Site.posts) == 1 and "webhook-signature" in Site.posts[0]
    assert stat.S_IMODE(os.stat("wirewatch.toml").st_mode) == 0o600
    text = Path("wirewatch.toml").read_text(encoding="utf-8")
    assert "# Waits, in seconds, before the second" in text, "the comments stay"
    assert '# The Herald ]] # "x"' in text


def test_nothing_answered_is_a_configuration_too() -> None:
    assert init("--no-input").exit_code == 0
    settings = written()
    assert (settings.feeds, settings.webhooks, settings.rules) == ((), (), ())


def test_a_file_that_is_there_is_replaced_only_on_demand(folder: Path) -> None:
    Path("wirewatch.toml").write_text("# mine", encoding="utf-8")
    with pytest.raises(InputError, match="is there already, and was left as it is"):
        init()
    assert Path("wirewatch.toml").read_text(encoding="utf-8") == "# mine"
    assert init("--force").exit_code == 0
    assert written()
    assert [path.name for path in folder.iterdir()] == ["wirewatch.toml"]


def test_a_webhook_that_refuses_is_told_and_the_file_stays(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Site, "answer", 500)
    ended = init("--webhook", f"{site}/hook", "--allow-private-addresses")
    assert ended.exit_code == 1
    assert "did not accept a test: failed: HTTP 500" in ended.stderr
    assert written().webhooks[0].url == f"{site}/hook"


def test_a_private_webhook_is_refused_with_the_mend(site: str) -> None:
    ended = init("--webhook", f"{site}/hook")
    assert ended.exit_code == 1
    assert "give --allow-private-addresses" in ended.stderr
    assert not Site.posts


def test_a_site_without_feeds_is_named_and_the_others_count(site: str) -> None:
    ended = init("--watch", f"{site}/nothing,{site}", "--allow-private-addresses")
    assert ended.exit_code == 0
    assert "it is left out" in ended.stderr
    assert [feed.url for feed in written().feeds] == [f"{site}/feed.xml"]


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        (["--webhook", "ftp://h.example/"], ConfigError, "must be an http:// or https:// URL"),
        (["--known", "xx"], InputError, "there are no well-known feeds in 'xx'"),
        (["--mine", "https://"], InputError, "is no site"),
        (["--out", "no/where.toml"], InputError, "there is no folder"),
    ],
)
def test_an_answer_that_cannot_be_used_writes_nothing(
    arguments: list[str], error: type[Exception], told: str, folder: Path
) -> None:
    with pytest.raises(error, match=told):
        init(*arguments)
    assert list(folder.iterdir()) == []


def test_a_terminal_is_asked_what_no_option_says(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.cli.init._is_terminal", lambda: True)
    Path("wirewatch.toml").touch()
    typed = f"y\n{site}\n\n\ny\nhttps://h.example/hook\nslack\n"
    arguments = ["--allow-private-addresses", "--no-test"]
    ended = CliRunner().invoke(command, arguments, input=typed, catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    settings = written()
    assert [feed.url for feed in settings.feeds] == [f"{site}/feed.xml"]
    assert (settings.webhooks[0].format, settings.rules[0].origin) == ("slack", ("mine",))


def test_only_mine_without_mine_is_a_mistake_of_the_call() -> None:
    assert init("--only-mine").exit_code == 2


def test_strangers_titles_and_secrets_cannot_leave_their_places(tmp_path: Path) -> None:
    shipped = bundled(CONFIGURATION).read_text(encoding="utf-8")
    secret = "whsec_" + "A" * 32
    answers = Answers(
        feeds=[Feed(url='https://h.example/?a="]\\', title='x\n[web]\rtoken = "y"\u2028z')],
        webhook=Webhook(name="desk", url="slack://x", format="apprise", secret=secret),
        token="t" * 20,
    )
    path = tmp_path / "made.toml"
    path.write_text(first_configuration(shipped, answers), encoding="utf-8")
    settings = load(path, environ={})
    assert [feed.url for feed in settings.feeds] == ['https://h.example/?a="]\\']
    assert settings.web.token.get_secret_value() == "t" * 20
    assert settings.webhooks[0].format == "apprise"


def test_another_files_text_is_refused() -> None:
    with pytest.raises(InputError, match="has no line '#token = …'"):
        first_configuration("[web]\n", Answers(token="t" * 20))
