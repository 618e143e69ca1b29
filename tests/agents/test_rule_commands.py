"""Rules on a running service: in the configuration, added by commands, tried on history."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from agents.topics import ALERTS
from monitor.base.events import Alert
from tests.agents.alerts import alert
from tests.agents.stage import START, Clock
from tests.agents.test_deliver import Receiver, attempts, receiver
from tests.agents.test_webhook_commands import shell

__all__ = ["receiver"]


def scored(number: int, score: float) -> Alert:
    made = alert(number, START)
    return msgspec.structs.replace(made, match=msgspec.structs.replace(made.match, score=score))


async def test_a_rule_of_the_configuration_decides_and_says_so(tmp_path: Path, receiver: Receiver) -> None:
    rules = [{"name": "sure", "to": ["desk"], "min_score": 0.8}]
    async with shell(tmp_path, receiver, endpoints=("desk", "archive"), rules=rules) as wirewatch:
        await wirewatch.stage.put(ALERTS, "a", scored(1, 0.9), scored(2, 0.7))
        await attempts(wirewatch.stage, 1)
        (one,) = await wirewatch.json("deliveries")
        assert (one["endpoint"], one["rule"]) == ("desk", "sure")
    ((_, _, body),) = receiver.requests
    assert json.loads(body)["data"]["rules"] == [{"name": "sure", "why": ["score 0.900 is 0.8 or more"]}]


async def test_a_rule_is_tried_added_and_removed_over_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    file, clock = tmp_path / "rule.toml", Clock()
    file.write_text('[[rules]]\nname = "sure"\nmin_score = 0.8\n', encoding="utf-8")
    async with shell(tmp_path, receiver, clock) as wirewatch:
        await wirewatch.stage.put(ALERTS, "a", scored(1, 0.9), scored(2, 0.7))
        await attempts(wirewatch.stage, 2)
        found = await wirewatch.json("test", str(file), group="rules")
        assert (found["alerts"], found["would_send"], found["kept_back_by"]) == (2, 1, {"score": 1})
        shown = await wirewatch("test", str(file), group="rules")
        assert "sure would have sent 1 of 2 alerts." in shown.stdout and "Kept back by: score 1." in shown.stdout
        assert (await wirewatch("add", str(file), group="rules")).exit_code == 0
    async with shell(tmp_path, receiver, clock) as wirewatch:
        await wirewatch.stage.put(ALERTS, "a", scored(3, 0.9), scored(4, 0.7))
        await attempts(wirewatch.stage, 3)
        assert [rule["name"] for rule in await wirewatch.json("list", group="rules")] == ["sure"]
        assert (await wirewatch.json("test", "sure", group="rules"))["would_send"] == 2
        assert (await wirewatch("remove", "sure", group="rules")).exit_code == 0
        await wirewatch.stage.put(ALERTS, "a", scored(5, 0.7))
        await attempts(wirewatch.stage, 4)


async def test_what_is_no_rule_is_refused_with_its_mend(tmp_path: Path, receiver: Receiver) -> None:
    file = tmp_path / "rule.toml"
    async with shell(tmp_path, receiver, groups={"mine": ("wire.example",)}) as wirewatch:
        for text, said in (
            ('name = "x"\nmin_score = 2', "min_score: Input should be less than or equal to 1"),
            ('name = "x"\nwords = "(ferry"', "words: a '(' is not closed"),
            ('name = "x"\nhours = "never"', "hours: 'never' cannot be read"),
            ('name = "x"\norigin = ["mien"]', "there is no group 'mien'; did you mean 'mine'"),
            ('name = "x"\nto = ["nobody"]', "to: there is no endpoint 'nobody'"),
            ('name = "x"\nkind = "edited"', "known keys: name, to, origin"),
        ):
            file.write_text(f"[[rules]]\n{text}\n", encoding="utf-8")
            assert said in str((await wirewatch("add", str(file), group="rules")).exception), text
        file.write_text("rules = 1", encoding="utf-8")
        assert "must hold [[rules]] and nothing else" in str(
            (await wirewatch("add", str(file), group="rules")).exception
        )
        assert "there is no rule 'x'" in str((await wirewatch("test", "x", group="rules")).exception)
