"""The body of a delivery in the format that its endpoint wants: an event of ours, CloudEvents, or a chat's message.

Chats show strangers' words: what could link, mention or mark up there is escaped.
Sources: CloudEvents 1.0.2 (JSON format, structured mode); Slack's Block Kit and its escaping of & < >; Adaptive Cards
1.4 as the workflows of Microsoft Teams take them; Discord's 'Execute Webhook'.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from monitor.alerts.message import Line, message
from monitor.base.events import Delivery, Format

SLACK_SECTION = 3000
SLACK_BLOCKS = 50
DISCORD_TITLE, DISCORD_DESCRIPTION = 256, 4096
TEAMS_BYTES = 25_000
"""Teams refuses messages above 28 kB."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>])")


class Body(NamedTuple):
    """What is sent, and as what."""

    text: str
    content_type: str = "application/json"


def body(delivery: Delivery, format: Format) -> Body:  # noqa: A002 - the setting's name
    """The body in a format; the same bytes for the same delivery. Cost: about 0.1 ms."""
    if format not in _FORMATS:
        return Body(delivery.body)
    return _FORMATS[format](delivery, msgspec.json.decode(delivery.body))


def plain_text(delivery: Delivery) -> tuple[str, str]:
    """Title and text for channels that have no format of their own, such as e-mail."""
    made = message(msgspec.json.decode(delivery.body))
    lines = [f"{line.label}: {line.text}" if line.label else line.text for line in made.lines]
    links = [f"{line.label or 'link'}: {line.url}" for line in made.lines if line.url]
    return made.title, "\n".join([*lines, "", *links]).strip()


def _cloudevents(delivery: Delivery, event: dict[str, Any]) -> Body:
    data = event.get("data", {})
    story = data.get("story", {}).get("id", "") if isinstance(data.get("story"), dict) else ""
    made = {
        "specversion": "1.0",
        "id": delivery.webhook_id,
        "source": "/wirewatch",
        "type": f"wirewatch.{event['type']}",
        "time": event["timestamp"],
        "datacontenttype": "application/json",
        **({"subject": story[:64]} if story else {}),
        "data": data,
    }
    return Body(_json(made), "application/cloudevents+json; charset=utf-8")


def _slack(_: Delivery, event: dict[str, Any]) -> Body:
    made = message(event)
    sections = [f"*{_slack_text(made.title)}*", *map(_slack_line, made.lines)]
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": _cut(text, SLACK_SECTION)}}
        for text in _packed(sections, SLACK_SECTION)[:SLACK_BLOCKS]
    ]
    # Without this Slack would fetch and show every page that is linked.
    return Body(
        _json({"text": _slack_text(made.title), "blocks": blocks, "unfurl_links": False, "unfurl_media": False})
    )


def _slack_line(line: Line) -> str:
    text = _slack_text(line.text)
    if line.url:
        text = f"<{_link(line.url)}|{text.replace('|', '¦')}>" if _is_web(line.url) else text
    quoted = f"> {text}" if line.label == "passage" else text
    return f"_{_slack_text(line.label)}_  {text}" if line.label not in ("", "passage") else quoted


def _slack_text(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A zero-width space keeps the marks of bold, italic, strike and code from pairing.
    return re.sub(r"([*_~`])", "\\1\u200b", escaped)


def _teams(_: Delivery, event: dict[str, Any]) -> Body:
    made = message(event)
    blocks: list[dict[str, Any]] = [
        {"type": "TextBlock", "text": _markdown(made.title), "weight": "Bolder", "wrap": True}
    ]
    for line in made.lines:
        label = f"**{_markdown(line.label)}** " if line.label else ""
        blocks.append({"type": "TextBlock", "text": label + _markdown_link(line), "wrap": True, "spacing": "Small"})
    while len(card := _json(_card(blocks))) > TEAMS_BYTES:
        blocks = [*blocks[: len(blocks) // 2], {"type": "TextBlock", "text": "…", "wrap": True}]
    return Body(card)


def _card(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    return {"type": "message", "attachments": [attachment]}


def _discord(_: Delivery, event: dict[str, Any]) -> Body:
    made = message(event)
    lines = []
    for line in made.lines:
        label = f"**{_markdown(line.label)}** " if line.label not in ("", "passage") else ""
        lines.append(f"{'> ' if line.label == 'passage' else ''}{label}{_markdown_link(line)}")
    embed: dict[str, Any] = {
        "title": _cut(_markdown(made.title), DISCORD_TITLE),
        "description": _packed(lines, DISCORD_DESCRIPTION)[0] if lines else "",
    }
    if _is_web(made.url):
        embed["url"] = _link(made.url)
    # Nobody is pinged by what stands in an article.
    return Body(_json({"embeds": [embed], "allowed_mentions": {"parse": []}}))


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _markdown_link(line: Line) -> str:
    return f"[{_markdown(line.text)}]({_link(line.url)})" if _is_web(line.url) else _markdown(line.text)


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _link(url: str) -> str:
    """An address without a character that could end or mark up a link."""
    return quote(url, safe=":/?#@!$&',;=%~+.-")


def _packed(lines: list[str], most: int) -> list[str]:
    """Lines joined into as few texts as possible, each of at most so many characters."""
    packed: list[str] = []
    for line in (_cut(line, most) for line in lines):
        if packed and len(packed[-1]) + 1 + len(line) <= most:
            packed[-1] += "\n" + line
        else:
            packed.append(line)
    return packed


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _json(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode()


_FORMATS: dict[str, Callable[[Delivery, dict[str, Any]], Body]] = {
    "cloudevents": _cloudevents,
    "slack": _slack,
    "teams": _teams,
    "discord": _discord,
}
