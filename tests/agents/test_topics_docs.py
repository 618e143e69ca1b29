"""The tables of topics and of state in the architecture page against the code, and both against what the roles do."""

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import aiohttp
import pytest

from agents.app import ROLES
from agents.role import Handler, Parts, Role
from agents.topics import DAY_S, DEAD_LETTERS, TOPICS, Topic
from monitor.base.events import DeadLetter, Event
from monitor.base.settings import BrokerSettings, Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
BY_VARIABLE = {name: value for name, value in vars(sys.modules["agents.topics"]).items() if isinstance(value, Topic)}


def rows(first_heading: str) -> list[list[str]]:
    """Cells of the one table of the page whose first column is called so."""
    lines = iter(PAGE.read_text(encoding="utf-8").splitlines())
    assert any(line.startswith(f"| {first_heading} |") for line in lines), "the table is gone"
    next(lines)
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def row(topic: Topic) -> list[str]:
    parts = "1" if topic.parts == "one" else f"`broker.{topic.parts}`"
    kept = f"{topic.retention_s / DAY_S:g} days"
    return [f"`{topic.name}`", topic.events, topic.key, topic.producer, topic.consumer, parts, kept]


@pytest.fixture
async def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Role, dict[str, set[str]]]]:
    """Every role, not started, with the names of the events that it handles, by topic."""
    handled: dict[str, set[str]] = {}
    consume = Role.consume

    def noted(self: Role, topic: Topic, handlers: Mapping[type[Event], Handler]) -> None:
        handled[topic.name] = {event.__name__ for event in handlers}
        consume(self, topic, handlers)

    monkeypatch.setattr(Role, "consume", noted)
    settings = Settings(broker=BrokerSettings(url=f"sqlite:///{tmp_path}/none.db"))
    roles = []
    async with aiohttp.ClientSession() as session:
        for role in ROLES:
            handled = {}
            roles.append((role(Parts(settings, session)), handled))
    return roles


def test_the_page_lists_the_topics_as_they_are() -> None:
    assert rows("topic") == [row(topic) for topic in TOPICS]


def test_every_topic_is_in_the_list() -> None:
    assert set(BY_VARIABLE.values()) == set(TOPICS)


def test_each_topic_is_consumed_by_the_roles_that_it_names(made: list[tuple[Role, dict[str, set[str]]]]) -> None:
    consumers = {
        topic.name: ", ".join(role.name for role, handled in made if topic.name in handled)
        for topic in TOPICS
        if topic is not DEAD_LETTERS
    }
    assert consumers == {topic.name: topic.consumer for topic in TOPICS if topic is not DEAD_LETTERS}


def test_each_event_of_a_topic_is_handled_and_no_other(made: list[tuple[Role, dict[str, set[str]]]]) -> None:
    for topic in TOPICS:
        if topic is DEAD_LETTERS:
            assert topic.events == DeadLetter.__name__
        else:
            found = set().union(*(handled.get(topic.name, set()) for _, handled in made))
            assert found == set(topic.events.split(", ")), topic.name


def test_the_page_lists_the_tables_of_each_role(made: list[tuple[Role, dict[str, set[str]]]]) -> None:
    listed = {name: set(filter(None, tables.split(", "))) for name, tables, _ in rows("role")}
    assert listed == {role.name: set(role.app.tables) for role, _ in made}


def sent(owner: type) -> Iterator[tuple[Topic, bool]]:
    """Topics that the module of a class sends to, and whether it is a tick."""
    for call in ast.walk(ast.parse(inspect.getsource(sys.modules[owner.__module__]))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Message":
            topic, _, event, *_ = call.args
            assert isinstance(topic, ast.Name), "name the topic where it is sent to, so that this test can see it"
            yield BY_VARIABLE[topic.id], bool(re.match(r"Tick\(", ast.unparse(event)))


def test_each_topic_is_written_by_the_roles_that_it_names() -> None:
    found = {role.name: {topic.name for topic, is_tick in sent(role) if not is_tick} for role in ROLES}
    for topic in TOPICS:
        if topic is not DEAD_LETTERS:
            assert ", ".join(
                name for name, topics in found.items() if topic.name in topics
            ) == topic.producer.removesuffix(", the API")


def test_every_role_can_send_a_dead_letter() -> None:
    assert {topic for topic, _ in sent(Role)} == {DEAD_LETTERS}


def test_a_role_sends_ticks_only_to_what_it_consumes(made: list[tuple[Role, dict[str, set[str]]]]) -> None:
    ticks = {(role.name, topic.name) for role in ROLES for topic, is_tick in sent(role) if is_tick}
    assert ticks == {
        (role.name, name) for role, handled in made for name, events in handled.items() if "Tick" in events
    }
