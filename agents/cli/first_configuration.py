"""The configuration that `wirewatch init` writes: the commented one that ships, with what was answered put in its places."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.base.errors import InputError
from monitor.base.events import Format

_BETWEEN_SECTIONS = "\n\n\n"


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A feed to watch, and what it is called."""

    url: str
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """Where alerts go; `secret` is empty for formats that nobody verifies."""

    name: str
    url: str
    format: Format = "json"
    secret: str = ""


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What a newcomer can answer."""

    feeds: Sequence[Feed] = ()
    mine: Sequence[str] = ()
    """Host names of one's own outlets."""
    only_mine: bool = False
    """Whether one is told of copies of one's own texts alone."""
    webhook: Webhook | None = None
    token: str
    """For `web.token`."""
    allow_private_addresses: bool = False


def first_configuration(shipped: str, answers: Answers) -> str:
    """The configuration file.

    Args: shipped: the commented configuration, whose sections have two empty lines between them.
    Raises: InputError: it has no place for an answer, so it is not the one that belongs to this program.
    """
    text = _set(shipped, "token", answers.token)
    if answers.allow_private_addresses:
        text = _set(text, "allow_private_addresses", True)
    text = _append(text, "#[[feeds]]", [_feed(feed) for feed in answers.feeds])
    if answers.webhook:
        text = _append(text, "#[[webhooks]]", [_webhook(answers.webhook)])
    if answers.mine:
        text = _append(text, "#[groups]", [f"[groups]\nmine = {json.dumps(list(answers.mine))}"])
    if answers.only_mine:
        rule = '# Remove this rule to be told of every copy, whosever text it is.\n[[rules]]\nname = "ours"\n'
        text = _append(text, "#[[rules]]", [rule + 'origin = ["mine"]'])
    return text


def _set(text: str, key: str, value: object) -> str:
    changed, number = re.subn(rf"^#{key} = .*$", f"{key} = {json.dumps(value)}", text, count=1, flags=re.MULTILINE)
    if not number:
        raise InputError(f"the configuration that ships has no line '#{key} = …'; install Wirewatch again")
    return changed


def _append(text: str, head: str, entries: Sequence[str]) -> str:
    """Put live entries behind the section that explains them."""
    sections = text.rstrip("\n").split(_BETWEEN_SECTIONS)
    for number, section in enumerate(sections):
        if re.search(rf"^{re.escape(head)}$", section, re.MULTILINE):
            sections[number] = "\n\n".join([section, *entries])
            return _BETWEEN_SECTIONS.join(sections) + "\n"
    raise InputError(f"the configuration that ships has no section '{head}'; install Wirewatch again")


def _feed(feed: Feed) -> str:
    comment = f"# {_comment(feed.title)}\n" if feed.title else ""
    return f"{comment}[[feeds]]\nurl = {_string(feed.url)}"


def _webhook(hook: Webhook) -> str:
    lines = ["[[webhooks]]", f"name = {_string(hook.name)}", f"url = {_string(hook.url)}"]
    if hook.format != "json":
        lines.append(f"format = {_string(hook.format)}")
    if hook.secret:
        lines.append(f"secret = {_string(hook.secret)}")
    return "\n".join(lines)


def _string(value: str) -> str:
    # A JSON string is a basic string of TOML, but for the one character that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """A stranger's title as one line that cannot leave its comment."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())[:100]
