"""Replay: a series of articles through the whole pipeline, once, however often it is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from faust.types import TP

from agents import replay as replay_module
from agents.replay import replay
from agents.role import utc_now
from agents.sqlite.log import Log
from agents.topics import ALERTS, ARTICLES
from monitor.base.errors import InputError
from monitor.base.events import Alert, AnyAlert, Article, encode
from monitor.base.settings import Settings, load
from tests.agents.articles import article, prose

COPIES = 40


def series() -> list[Article]:
    """Originals and, later, a copy of each, with short articles between them."""
    seen_at, made = utc_now(), []
    for number in range(COPIES):
        made.append(article(f"original{number}", prose(number)))
        made.append(article(f"short{number}", "A few words."))
    made += [article(f"copy{number}", prose(number)) for number in range(COPIES)]
    return [
        article(one.source.removesuffix(".example"), one.text, seen_at=seen_at + timedelta(microseconds=at))
        for at, one in enumerate(made)
    ]


def settings(path: Path) -> Settings:
    """An embedded broker with one partition."""
    return load(None, environ={}, broker__url=f"sqlite:///{path}", broker__partitions=1)


def pairs(alerts: list[AnyAlert]) -> list[tuple[str, str]]:
    """Of each alert the article and what it matched."""
    return [(one.article.id, one.match.earlier.id) for one in alerts if isinstance(one, Alert)]


EXPECTED = [(f"art_copy{number}", f"art_original{number}") for number in range(COPIES)]


async def test_each_copy_is_told_once_in_the_order_of_the_series(tmp_path: Path) -> None:
    done: list[int] = []
    alerts = await replay(series(), settings(tmp_path / "log.db"), advance=done.append)
    assert pairs(alerts) == EXPECTED
    assert done[-1] == len(series()) and done == sorted(done)


async def test_a_series_longer_than_what_may_wait_comes_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_module, "AHEAD", 7)
    alerts = await replay(series(), settings(tmp_path / "log.db"), advance=lambda _: None)
    assert pairs(alerts) == EXPECTED


async def test_a_second_run_on_the_same_log_gives_the_same_alerts_and_adds_nothing(tmp_path: Path) -> None:
    first = await replay(series(), settings(tmp_path / "log.db"), advance=lambda _: None)
    log = Log(tmp_path / "log.db")
    repeat = log.append(ALERTS.name, 0, b"k", encode(first[0]), at=0.0)
    log.close()
    assert repeat.result() == len(first), "an alert that a crash has repeated"
    again = await replay(series(), settings(tmp_path / "log.db"), advance=lambda _: None)
    assert again == first
    log = Log(tmp_path / "log.db")
    assert log.end(TP(ARTICLES.name, 0)) == len(series())
    log.close()


async def test_a_run_that_broke_off_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(replay_module, "AHEAD", 10)

    def breaking_off() -> Iterator[Article]:
        yield from series()[:95]
        raise InputError("line 96 is broken")

    with pytest.raises(InputError, match="line 96"):
        await replay(breaking_off(), settings(tmp_path / "log.db"), advance=lambda _: None)
    alerts = await replay(series(), settings(tmp_path / "log.db"), advance=lambda _: None)
    assert pairs(alerts) == EXPECTED
    assert "90 articles were taken in before" in caplog.text


@pytest.mark.parametrize(
    "other",
    [
        [article("somebody", prose(99))],
        [*series()[:-1], article(f"copy{COPIES - 1}", prose(99))],
        [*series(), article("more", prose(99))][1:],
        [],
    ],
    ids=["shorter", "another last text", "shifted by one", "empty"],
)
async def test_another_series_is_refused(tmp_path: Path, other: list[Article]) -> None:
    await replay(series(), settings(tmp_path / "log.db"), advance=lambda _: None)
    with pytest.raises(InputError, match=f"holds the replay of other articles \\({len(series())} of them\\)"):
        await replay(other, settings(tmp_path / "log.db"), advance=lambda _: None)
