"""The configuration: defaults, layers, and every mistake at once with its mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.base.errors import ConfigError
from monitor.base.settings import Settings, load

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CONFIG = Path(__file__).parents[3] / "config" / "wirewatch.toml"


def configured(tmp_path: Path, text: str, **environ: str) -> Settings:
    path = tmp_path / "wirewatch.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ={f"WIREWATCH_{name}": value for name, value in environ.items()})


def faults(tmp_path: Path, text: str = "", **environ: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, text, **environ)
    return caught.value.faults


def test_every_key_has_a_default() -> None:
    assert load(environ={}) == Settings()


def test_the_commented_default_says_what_the_defaults_are() -> None:
    settings = load(CONFIG, environ={})
    for section in ("broker", "fetch", "poll", "match", "delivery", "web", "log"):
        assert getattr(settings, section) == getattr(Settings(), section)


def test_the_environment_counts_more_than_the_file_and_options_more_than_both(tmp_path: Path) -> None:
    path = tmp_path / "wirewatch.toml"
    path.write_text("[web]\nport = 1\n[poll]\ninterval_s = 60\njitter = 0.2\n", encoding="utf-8")
    environ = {"WIREWATCH_WEB__PORT": "2", "WIREWATCH_POLL__INTERVAL_S": "90", "OTHER": "x"}
    settings = load(path, environ=environ, web__port=3, web__host=None)
    assert (settings.web.port, settings.poll.interval_s, settings.poll.jitter) == (3, 90, 0.2)
    assert settings.web.host == "127.0.0.1"


def test_three_mistakes_are_told_at_once_each_with_its_key(tmp_path: Path) -> None:
    told = faults(tmp_path, '[web]\nprot = 1\n[poll]\ninterval_s = -5\n[[feeds]]\nurl = "ftp://herald.example/"\n')
    assert len(told) == 3
    assert "web.prot: there is no such key; did you mean 'port'?" in told
    assert any(fault.startswith("poll.interval_s: ") and fault.endswith("(given: -5)") for fault in told)
    assert "feeds.0.url: must be an http:// or https:// URL with a host (given: 'ftp://herald.example/')" in told


def test_mistakes_of_the_file_and_of_the_environment_are_told_together(tmp_path: Path) -> None:
    told = faults(tmp_path, "[web]\nport = 'x'", POLL__JITTER="2", LOG__LEVEL_FILE="/nowhere/level")
    assert [fault.split(":")[0] for fault in told] == ["WIREWATCH_LOG__LEVEL_FILE", "poll.jitter", "web.port"]


def test_the_message_counts_and_lists_the_mistakes(tmp_path: Path) -> None:
    path = tmp_path / "wirewatch.toml"
    path.write_text("[web]\nport = -1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"has 1 mistake:\n  - web\.port: "):
        load(path, environ={})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"[web\n", "is not TOML"),
        (b"# caf\xe9\n", "is not UTF-8 text (byte 5)"),
        (None, "cannot be read (No such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, body: bytes | None, told: str) -> None:
    path = tmp_path / "wirewatch.toml"
    if body is not None:
        path.write_bytes(body)
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    assert len(caught.value.faults) == 1 and told in caught.value.faults[0]


WEBHOOK = f'[[webhooks]]\nname = "desk"\nurl = "https://desk.example/"\nsecret = "{SECRET}"\n'


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    other = SECRET.replace("M", "N")
    secret = tmp_path / "secret"
    secret.write_text(f"{other}\n")
    settings = configured(tmp_path, WEBHOOK, WEBHOOKS__0__SECRET_FILE=str(secret))
    assert settings.webhooks[0].secret.get_secret_value() == other


def test_a_secret_is_never_told(tmp_path: Path) -> None:
    assert SECRET not in repr(configured(tmp_path, WEBHOOK))
    (told,) = faults(tmp_path, WEBHOOK.replace("whsec_", "whsec-"))
    assert told == "webhooks.0.secret: must be 'whsec_' and the base64 of 24 to 64 bytes"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("WEBHOOKS__1__SECRET", "webhooks.1.secret: the list has 1 entries, counted from 0; '1' is none of them"),
        ("WEBHOOKS__X__SECRET", "webhooks.x.secret: the list has 1 entries, counted from 0; 'x' is none of them"),
        ("WEBHOOKS__0__NAME__X", "webhooks.0.name.x: 'name' is a value, not a table"),
    ],
)
def test_a_variable_that_leads_nowhere_is_told(tmp_path: Path, name: str, told: str) -> None:
    assert faults(tmp_path, WEBHOOK, **{name: "x"}) == (told,)


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("sqlite:///wirewatch.db", True),
        ("sqlite:////var/lib/wirewatch.db", True),
        ("kafka://broker:9092", True),
        ("sqlite://wirewatch.db", False),
        ("sqlite:///", False),
        ("kafka://", False),
        ("redis://broker", False),
    ],
)
def test_the_broker_is_a_file_or_a_kafka(tmp_path: Path, url: str, accepted: bool) -> None:
    text = f'[broker]\nurl = "{url}"\n'
    if accepted:
        assert configured(tmp_path, text).broker.url == url
    else:
        assert faults(tmp_path, text)[0].startswith("broker.url: must be sqlite:///PATH")


def test_a_feed_or_a_name_that_stands_there_twice_is_told(tmp_path: Path) -> None:
    feed = '[[feeds]]\nurl = "https://herald.example/feed"\n'
    assert "'https://herald.example/feed' stands there twice" in faults(tmp_path, feed * 2)[0]
    assert "'desk' stands there twice" in faults(tmp_path, WEBHOOK * 2)[0]


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(environ={}).web.port = 1  # type: ignore[misc]


def test_a_key_that_itself_ends_with_file_is_set_by_the_environment() -> None:
    assert load(environ={"WIREWATCH_POLL__FEEDS_FILE": "/srv/list.opml"}).poll.feeds_file == "/srv/list.opml"
