"""The configuration that ships is the program's own: it changes nothing as it stands, and hides no key."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from pydantic import BaseModel

from monitor.base.settings import FeedSettings, RuleSettings, Settings, WebhookSettings, load

CONFIG = Path(__file__).resolve().parents[3] / "config"
SECRET = "whsec_" + "A" * 32


def with_every_key() -> str:
    """The file with each `#key = value` and `#[[list]]` made live; prose has a space after its #."""
    text = (CONFIG / "wirewatch.toml").read_text(encoding="utf-8")
    return re.sub(r"^#(?=[a-z\[])", "", text, flags=re.MULTILINE)


def loaded(text: str, folder: Path) -> Settings:
    path = folder / "wirewatch.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ={"WIREWATCH_WEBHOOKS__0__SECRET": SECRET} if "\n[[webhooks]]" in text else {})


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name


def test_the_file_as_it_ships_changes_nothing() -> None:
    assert load(CONFIG / "wirewatch.toml", environ={}) == Settings()


def test_each_value_that_the_file_shows_is_the_default(tmp_path: Path) -> None:
    shown = loaded(with_every_key(), tmp_path)
    lists: dict[str, object] = {"feeds": (), "webhooks": (), "licences": (), "rules": (), "groups": {}}
    assert shown.model_copy(update=lists) == Settings()
    assert len(shown.feeds) == len(shown.webhooks) == len(shown.licences) == len(shown.rules) == 1
    assert shown.rules[0] == RuleSettings(name="copied")


def test_the_file_shows_every_key() -> None:
    shown = tomllib.loads(with_every_key())
    feeds, webhooks, rules = shown.pop("feeds"), shown.pop("webhooks"), shown.pop("rules")
    del shown["groups"], shown["licences"]
    found = {f"{section}.{key}" for section, values in shown.items() for key in values}
    assert found | {"feeds", "webhooks", "groups", "licences", "rules"} == set(keys(Settings))
    assert set(rules[0]) == set(keys(RuleSettings))
    assert set(feeds[0]) == set(keys(FeedSettings))
    assert set(webhooks[0]) | {"secret"} == set(keys(WebhookSettings))


def test_no_secret_ships() -> None:
    assert not re.search(r"whsec_[A-Za-z0-9+/]|^#?secret", (CONFIG / "wirewatch.toml").read_text(), re.MULTILINE)


def test_the_feed_list_is_one_of_many_feeds_and_languages() -> None:
    root = ElementTree.parse(CONFIG / "feeds.opml").getroot()
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    feeds = [outline for outline in root.iter("outline") if "xmlUrl" in outline.attrib]
    urls = [feed.attrib["xmlUrl"] for feed in feeds]
    assert len(urls) >= 100 and len(set(urls)) == len(urls)
    assert all(url.startswith("https://") for url in urls)
    assert all(feed.get("type") == "rss" and feed.get("text") for feed in feeds)
    assert len({feed.get("language") for feed in feeds}) >= 10


def test_every_listed_feed_can_be_configured() -> None:
    root = ElementTree.parse(CONFIG / "feeds.opml").getroot()
    feeds = tuple(
        FeedSettings(url=outline.attrib["xmlUrl"]) for outline in root.iter("outline") if "xmlUrl" in outline.attrib
    )
    assert Settings(feeds=feeds).feeds == feeds
