"""Whether a later article re-uses the text of an earlier one, with the evidence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from monitor.base.events import Match
from monitor.match.alignment import align
from monitor.match.credit import agencies_credited, credit, is_credited
from monitor.match.features import pair_features
from monitor.match.kernels import count_shared, jaccard
from monitor.match.kind import kind_of
from monitor.match.model import shipped
from monitor.match.passages import find_spans, passages, share_marked
from monitor.match.signs import signs
from monitor.match.text import Text, in_one_language
from monitor.match.views import S2, W3

MATCH_PROBABILITY = 0.65
"""Pairs of at least this probability are matches. Out of fold F1 is flat from .45 to .7; from .5 to .65 a third of the false
alarms goes, for one paraphrase in a hundred (docs/evaluation.md)."""
# Of 2,233 labelled copies among the candidates one, a paraphrase, shares 2 % of the stem bigrams of the text that has
# fewer of them; the next shares 7 %, on either half of the groups. The margin below that is for other sources. It
# dismisses 72 % of the candidates.
_HOPELESS_SHARE = 0.05


class Reuse(NamedTuple):
    """A pair of which the later text re-uses the earlier one."""

    later: Text
    earlier: Text
    probability: float

    def match(self) -> Match:
        """The pair with its evidence. Cost: 0.5 ms for 400 words each."""
        return match_of(*self)


def reuse(later: Text, earlier: Text) -> Reuse | None:
    """Whether one of two articles re-uses the other's text, and how probably.

    Works for articles of one source too; whether that is an alert is the caller's to decide.
    Returns: None when it does not.
    Cost: 5 µs for a hopeless pair, 0.15 ms for one that is fully looked at (400 words each).
    """
    later, earlier = in_one_language(later, earlier)
    if hopeless(later, earlier):
        return None
    probability = probability_of(pair_features(later, earlier))
    return Reuse(later, earlier, probability) if probability >= MATCH_PROBABILITY else None


def verify(later: Text, earlier: Text) -> Match | None:
    """The match of two articles, or None when the later one does not re-use the earlier one's text."""
    found = reuse(later, earlier)
    return found.match() if found else None


def probability_of(features: np.ndarray) -> float:
    """Probability that a pair shares text, to the four digits that are told: those decide, so that no match is told with
    less than `MATCH_PROBABILITY`, and no other pair with as much."""
    return round(shipped().probability(features), 4)


def hopeless(later: Text, earlier: Text) -> bool:
    """Whether the two share too few phrases to be looked at further; a cheap first look."""
    first, second = later.views.view(S2), earlier.views.view(S2)
    shared = count_shared(first, second)
    return shared < _HOPELESS_SHARE * min(len(first), len(second))


def match_of(later: Text, earlier: Text, probability: float) -> Match:
    """The match of a pair with a given probability; its numbers are counted over its passages."""
    spans = find_spans(later, earlier, align(later, earlier))
    containment = share_marked(earlier, [span.earlier for span in spans])
    coverage = share_marked(later, [span.later for span in spans])
    credited = credit(later, earlier)
    return Match(
        article=later.article,
        earlier=earlier.article,
        kind=kind_of(later, earlier, spans, containment=containment, coverage=coverage),
        score=round(probability, 4),
        jaccard=round(jaccard(later.views.view(W3), earlier.views.view(W3)), 4),
        containment=round(containment, 4),
        coverage=round(coverage, 4),
        credited=bool(credited.text),
        credit=credited.text,
        credited_to=credited.to,
        credits_origin=is_credited(credited.to, earlier.article.source),
        earlier_credits=agencies_credited(earlier),
        signs=signs(later, earlier),
        passages=passages(later, earlier, spans),
    )
