"""The alerts of a stream whose pairs have known probabilities: what the service would tell if its model said so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from monitor.base.events import Alert, Match, ShardAnswer
from monitor.match.pairs import Pairs
from monitor.match.text import Text
from monitor.match.verify import MATCH_PROBABILITY, match_of
from monitor.stories.decide import answered
from monitor.stories.state import Stored

_TEXTS_KEPT = 500


def decided(pairs: Pairs, probabilities: np.ndarray, *, least: float = MATCH_PROBABILITY) -> Iterator[Alert]:
    """The alerts of the stream, in its order, decided as the service decides them.

    Args: probabilities: float64[pairs]. least: the probability that makes a match.
    Cost: 2 ms a match.
    """

    @lru_cache(_TEXTS_KEPT)
    def text(name: str) -> Text:
        return Text.of(pairs.prints[name])

    matches = defaultdict[str, list[Match]](list)
    for at in np.flatnonzero(probabilities >= least):
        later, earlier = map(text, pairs.ids[at])
        matches[pairs.ids[at][0]].append(match_of(later, earlier, float(probabilities[at])))
    tables: dict[str, dict[bytes, bytes]] = {name: {} for name in ("stories", "sources", "members", "gathers")}
    for name, fp in pairs.prints.items():
        answer = ShardAnswer(article=fp.article, shard=0, shards=1, matches=tuple(matches[name]))
        decision = answered(Stored(**tables), answer)
        for write in decision.writes:
            if write.value is None:
                tables[write.table].pop(write.key, None)
            else:
                tables[write.table][write.key] = write.value
        yield from decision.alerts
