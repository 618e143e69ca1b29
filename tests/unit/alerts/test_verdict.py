"""How often the service was right, by week."""

from datetime import UTC, datetime, timedelta

from monitor.alerts.verdict import precision
from monitor.base.events import VerdictGiven, VerdictWord


def verdict(number: int, word: VerdictWord, days: int = 0) -> VerdictGiven:
    at = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=days)
    return VerdictGiven(
        order_id="o", alert_id=f"alt_{number}", word=word, author="Ada", at=at, alerted_at=at, story="s", article="a"
    )


def test_shares_by_the_week_of_the_alert_the_latest_first() -> None:
    words: list[VerdictWord] = ["relevant", "relevant", "not_relevant", "wrong_match"]
    found = precision([*(verdict(n, word) for n, word in enumerate(words)), verdict(9, "relevant", days=7)])
    assert [(week["week"], week["judged"]) for week in found] == [("2026-W49", 1), ("2026-W48", 4)]
    assert (found[1]["matches_right"], found[1]["share_relevant"], found[1]["wrong_match"]) == (0.75, 0.5, 1)


def test_nothing_judged_is_nothing_said() -> None:
    assert precision([]) == []
