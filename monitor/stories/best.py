"""Which of an article's matches decides, and whether the article only repeats its own source."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from monitor.base.events import ArticleRef, Match

SAME_COVERAGE = 0.05
"""How much less of an article an own earlier text may cover and still explain it. Measured on 250 copies of the bench,
republished by their own outlet under a new URL: at 0.05 none raised an alert, whole or a fifth rewritten (at 0 two of
the rewritten did; when the higher score decides, 29 of the whole ones)."""


class Verdict(NamedTuple):
    """The match that says which story an article joins."""

    match: Match
    alerting: bool
    """False when the source repeats itself: the article joins in silence."""


class Best(msgspec.Struct, frozen=True, kw_only=True):
    """The best of the matches seen so far, whatever their order and however often each was seen."""

    own: Match | None = None
    """With an article of the same source, the one that covers most of the new article."""
    other: Match | None = None
    """With any other article, the one of the highest score."""

    def with_match(self, match: Match) -> Best:
        """The best once this match is known too; ties go to the earlier article."""
        if is_own(match):
            return Best(own=min(self.own or match, match, key=_by_coverage), other=self.other)
        return Best(own=self.own, other=min(self.other or match, match, key=_by_score))

    def verdict(self) -> Verdict | None:
        """What decides: an own earlier text that covers as much of the article as the best other, else the other.

        An outlet that prints its own reprint again is silent, although the agency's text matches as well; one that
        adds a paragraph of its own archive to a copied text is not.
        Returns: None when nothing matched.
        """
        own, other = self.own, self.other
        if own and (other is None or own.coverage >= other.coverage - SAME_COVERAGE):
            return Verdict(own, alerting=False)
        return Verdict(other, alerting=True) if other else None


def is_own(match: Match) -> bool:
    """Whether both articles come from one source."""
    return of_one_source(match.article, match.earlier)


def of_one_source(first: ArticleRef, second: ArticleRef) -> bool:
    """Whether two articles come from one source; an unknown source is nobody's own."""
    return bool(first.source) and first.source == second.source


def _by_coverage(match: Match) -> tuple[object, ...]:
    return (-match.coverage, match.earlier.order, match.earlier.revision)


def _by_score(match: Match) -> tuple[object, ...]:
    return (-match.score, match.earlier.order, match.earlier.revision)
