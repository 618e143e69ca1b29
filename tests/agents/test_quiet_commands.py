"""Silences, verdicts and the list of alerts on a running service; what is gathered outlives a restart."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from agents.topics import ALERTS, ANSWERS
from monitor.base.errors import InputError
from monitor.base.events import StorySplit, StoryUpdated
from tests.agents.alerts import alert
from tests.agents.stage import START, Clock
from tests.agents.test_deliver import Receiver, attempts, receiver
from tests.agents.test_webhook_commands import shell

__all__ = ["receiver"]


async def test_a_silence_keeps_back_over_a_restart_and_tells_at_its_end(tmp_path: Path, receiver: Receiver) -> None:
    clock = Clock()
    async with shell(tmp_path, receiver, clock) as wirewatch:
        made = await wirewatch("add", "--for", "2h", "--reason", "a test", "--source", "wire.example", group="silences")
        assert made.exit_code == 0 and made.stdout.startswith("sil_")
        await wirewatch.stage.put(ALERTS, "a", alert(1, START))
    async with shell(tmp_path, receiver, clock) as wirewatch:
        await wirewatch.stage.put(ALERTS, "a", alert(2, START))
        (silence,) = await wirewatch.json("list", group="silences")
        assert (silence["alerts"], silence["reason"], silence["source"]) == (2, "a test", "wire.example")
        assert receiver.requests == []
        clock.move(hours=2)
        await attempts(wirewatch.stage, 1)
        assert await wirewatch.json("list", group="silences") == []
        again = await wirewatch(
            "add", "--for", "2h", "--reason", "x", "--author", "Ada", "--words", "copy", group="silences"
        )
        assert (await wirewatch("end", again.stdout.strip(), group="silences")).exit_code == 0
        await attempts(wirewatch.stage, 2)
    told = [json.loads(body) for _, _, body in receiver.requests]
    assert [(one["type"], one["data"]["alerts"]) for one in told] == [("silence.ended", 2), ("silence.ended", 0)]
    assert "Ada" in told[1]["data"]["reason"]


async def test_what_is_gathered_is_told_after_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    clock = Clock()
    rules = [{"name": "hourly", "gather": "1h"}]
    async with shell(tmp_path, receiver, clock, rules=rules) as wirewatch:
        await wirewatch.stage.put(ALERTS, "a", alert(1, START), alert(2, START))
        assert wirewatch.stage.count("kept_back.gathered") == 2
    clock.move(hours=3)
    async with shell(tmp_path, receiver, clock, rules=rules) as wirewatch:
        await attempts(wirewatch.stage, 1)
    ((_, _, body),) = receiver.requests
    assert len(json.loads(body)["data"]["alerts"]) == 2


async def test_verdicts_are_kept_and_heeded(tmp_path: Path, receiver: Receiver) -> None:
    clock, made = Clock(), [alert(number, START) for number in range(3)]
    async with shell(tmp_path, receiver, clock) as wirewatch:
        await wirewatch.stage.put(ALERTS, "a", *made)
        await attempts(wirewatch.stage, 3)
        for one, word in zip(made, ("relevant", "not-relevant", "wrong-match"), strict=True):
            given = await wirewatch(one.alert_id, word, "--author", "Ada", "--comment", "seen", group="verdict")
            assert given.exit_code == 0
        (split,) = wirewatch.stage.read(ANSWERS, StorySplit)
        assert (split.story, split.article) == (made[2].story.id, made[2].article.id)
        await attempts(wirewatch.stage, 4)
    async with shell(tmp_path, receiver, clock) as wirewatch:
        (week,) = await wirewatch.json(group="verdict")
        assert (week["judged"], week["relevant"], week["wrong_match"]) == (3, 1, 1)
        assert "66.7%" in (await wirewatch(group="verdict")).stdout
    assert json.loads(receiver.requests[-1][2])["data"]["reason"] == "split"


async def test_alerts_are_listed_with_what_a_verdict_needs(tmp_path: Path, receiver: Receiver) -> None:
    async with shell(tmp_path, receiver) as wirewatch:
        assert "There are no alerts yet." in (await wirewatch(group="alerts")).stderr
        first, second = alert(1, START), alert(2, START + timedelta(minutes=1))
        update = StoryUpdated(
            alert_id="alt_u",
            at=START + timedelta(minutes=2),
            previous_origin=first.article,
            story=first.story,
        )
        for one in (first, second, update):
            wirewatch.stage.service.parts.view.add(one)
        found = await wirewatch.json(group="alerts")
        assert [(one["type"], one["data"]["alert_id"]) for one in found] == [
            ("story.updated", "alt_u"),
            ("story.matched", second.alert_id),
            ("story.matched", first.alert_id),
        ]
        assert len(await wirewatch.json("--limit", "1", group="alerts")) == 1
        # The terminal of a test is narrow, and what `verdict` takes is whole all the same.
        listed = (await wirewatch(group="alerts")).stdout
        assert all(text in listed for text in (first.alert_id, second.alert_id, "alt_u"))
        full = (await wirewatch("--full", group="alerts")).stdout
        assert "herald.example re-uses wire.example" in full and "wire.example was first, not herald.example" in full


async def test_what_is_not_right_is_refused(tmp_path: Path, receiver: Receiver) -> None:
    async with shell(tmp_path, receiver) as wirewatch:
        await wirewatch.stage.put(ALERTS, "a", alert(1, START))
        for arguments, group, said in (
            (("alt_0", "relevant"), "verdict", "there is no alert 'alt_0'"),
            (("end", "sil_0"), "silences", "there is no silence 'sil_0'"),
            (("add", "--for", "2h", "--reason", "x"), "silences", "nothing is said of what is silenced"),
            (("add", "--for", "2x", "--reason", "x", "--rule", "everything"), "silences", "length: '2x' is no length"),
            (("add", "--for", "2h", "--reason", "x", "--rule", "no"), "silences", "there is no rule 'no'"),
            (("add", "--for", "2h", "--reason", "x", "--words", "("), "silences", "words: "),
        ):
            ended = await wirewatch(*arguments, group=group)
            assert isinstance(ended.exception, InputError) and said in str(ended.exception), arguments
        half = await wirewatch("alt_0", group="verdict")
        assert half.exit_code == 2
