"""Bodies in the formats of others: what each needs, within its limits, and nothing that a stranger could work with."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from monitor.alerts.formats import (
    DISCORD_DESCRIPTION,
    DISCORD_TITLE,
    SLACK_BLOCKS,
    SLACK_SECTION,
    body,
    plain_text,
)
from monitor.alerts.message import message
from monitor.alerts.payload import MAX_BODY_BYTES, Reason, digest_body, growth_body, webhook_body
from monitor.base.events import Alert, Delivery, Format
from tests.unit.alerts.test_payload import AT, alert, article, passage, revised, update

HOSTILE = "<!channel> *b* [x](https://evil.example) @everyone `c` | \u202e & <b>\x1b[31m"
LONG = "Wörter " * 3000


def delivery(event: str) -> Delivery:
    return Delivery(webhook_id="msg_1", endpoint="desk", alert_id="alt_1", body=event, created_at=AT)


def with_texts(text: str) -> Alert:
    """An alert in which every text of a stranger is this one."""
    later = article("copy", title=text, url=f"https://copy.example/{text}", source=text)
    made = alert(tuple(passage(at * 10, 10, text) for at in range(5)), later)
    match = msgspec.structs.replace(made.match, credit=text, signs=(text,), earlier=article("reprint", title=text))
    return msgspec.structs.replace(made, match=match)


REASONS = (Reason("desk", ("score 0.912 is 0.9 or more",)),)
ITEM = {"alert_id": "a", "title": LONG, "url": "https://x.example/", "source": "x.example", "kind": "edited"}
EVENTS = {
    "matched": webhook_body(alert((passage(5, 9, "the gates"),)), REASONS),
    "hostile": webhook_body(with_texts(HOSTILE), REASONS),
    "long": webhook_body(with_texts(LONG), REASONS),
    "corrected": webhook_body(update(), REASONS),
    "revised": webhook_body(revised(), REASONS),
    "grown": growth_body("alt_9", alert(), REASONS),
    "digest": digest_body("alt_9", AT, AT, [ITEM] * 50, 7, REASONS[0]),
    "odd": '{"type":"something.new","timestamp":"2026-11-23T12:00:00Z","data":{"reason":5,"x":[1],"y":"z"}}',
}
CHATS: tuple[Format, ...] = ("slack", "teams", "discord")


def shown(event: str, chat: Format) -> dict[str, Any]:
    return json.loads(body(delivery(EVENTS[event]), chat).text)  # type: ignore[no-any-return]


def test_json_is_the_event_itself() -> None:
    assert body(delivery(EVENTS["matched"]), "json") == (EVENTS["matched"], "application/json")


@pytest.mark.parametrize("event", EVENTS)
def test_cloudevents_have_what_the_specification_asks_for(event: str) -> None:
    made, given = body(delivery(EVENTS[event]), "cloudevents"), json.loads(EVENTS[event])
    found = json.loads(made.text)
    assert made.content_type.startswith("application/cloudevents+json")
    assert (found["specversion"], found["id"], found["type"]) == ("1.0", "msg_1", f"wirewatch.{given['type']}")
    assert (found["data"], found["time"]) == (given["data"], given["timestamp"])
    assert len(made.text.encode()) < 20_000
    assert len(EVENTS[event].encode()) <= MAX_BODY_BYTES


@pytest.mark.parametrize("chat", CHATS)
@pytest.mark.parametrize("event", EVENTS)
def test_each_event_fits_each_chat(event: str, chat: Format) -> None:
    made = shown(event, chat)
    if chat == "slack":
        assert 1 <= len(made["blocks"]) <= SLACK_BLOCKS
        assert all(0 < len(block["text"]["text"]) <= SLACK_SECTION for block in made["blocks"])
    elif chat == "discord":
        (embed,) = made["embeds"]
        assert 0 < len(embed["title"]) <= DISCORD_TITLE and len(embed["description"]) <= DISCORD_DESCRIPTION
    else:
        assert len(json.dumps(made, ensure_ascii=False).encode()) < 28_000
        assert made["attachments"][0]["content"]["body"]


@pytest.mark.parametrize("chat", CHATS)
def test_an_alert_shows_its_evidence(chat: Format) -> None:
    text = json.dumps(shown("matched", chat), ensure_ascii=False).replace("\\\\", "")
    for words in ("copy.example re", "Copy", "the gates", "Story by Origin", "33 %", "4 articles at 3 outlets", "desk"):
        assert words in text, words


@pytest.mark.parametrize("chat", CHATS)
def test_strangers_cannot_mention_mark_up_or_link(chat: Format) -> None:
    text = json.dumps(shown("hostile", chat), ensure_ascii=False)
    assert "\x1b" not in text and "\u202e" not in text
    if chat == "slack":
        assert "<!channel" not in text and "<b>" not in text and "*b*" not in text
    else:
        assert "[x](" not in text and "*b*" not in text.replace("\\\\*", "")
    if chat == "discord":
        assert shown("hostile", chat)["allowed_mentions"] == {"parse": []}


def test_a_link_that_is_none_of_the_web_is_shown_and_not_linked() -> None:
    bad = msgspec.structs.replace(alert(), article=article("copy", url="javascript:alert(1)"))
    for chat in CHATS:
        assert "(javascript" not in body(delivery(webhook_body(bad)), chat).text


def test_a_digest_says_how_many_more() -> None:
    assert message(json.loads(EVENTS["digest"])).lines[-2].text == "and 37 more"


def test_mail_gets_plain_text_with_the_links_below() -> None:
    title, text = plain_text(delivery(EVENTS["matched"]))
    assert title == "copy.example re-uses reprint.example (edited, 91 % sure)"
    assert "credit: “Story by Origin”" in text and text.endswith("earlier: https://reprint.example/1")
