"""The passages that two texts share, as a person would mark them: sentences with their counterparts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.base.events import Passage
from monitor.fingerprint.shingles import distinct
from monitor.match.alignment import Alignment
from monitor.match.kernels import MIN_WEIGHT, held
from monitor.match.text import Text

# A sentence and its paraphrase by a person reach .35 at the median; chance pairs of one event stay below .3.
MIN_DICE = 0.33
# A sentence that was split or joined agrees with a part of its counterpart only.
MIN_PART = 0.7
_OPENING = frozenset("\"'“‘„«([「『")
_CLOSING = frozenset("\"'”’»)]」』.!?…。！？")


@dataclass(frozen=True, slots=True)
class Spans:
    """Ranges [first, last) of words in each text that belong together."""

    later: tuple[int, int]
    earlier: tuple[int, int]


def find_spans(later: Text, earlier: Text, found: Alignment) -> list[Spans]:
    """Shared passages in the order of the later text, neighbouring sentences joined; at least one when any two
    sentences share a stem."""
    pairs = _counterparts(found)
    if not pairs and found.shared.size and found.shared.max() > 0:
        best = np.unravel_index(int(found.dice.argmax()), found.shared.shape)
        pairs = [(int(best[0]), int(best[1]))]
    bounds_later, bounds_earlier = _bounds(later), _bounds(earlier)
    return [
        Spans((bounds_later[a][0], bounds_later[b][1]), (bounds_earlier[c][0], bounds_earlier[d][1]))
        for a, b, c, d in _joined(pairs)
    ]


def passages(later: Text, earlier: Text, spans: list[Spans]) -> tuple[Passage, ...]:
    """The spans as character offsets, with the text of the later article and the share of its words that agree."""
    return tuple(_passage(later, earlier, span) for span in spans)


def share_marked(text: Text, ranges: list[tuple[int, int]]) -> float:
    """Share of a text's words inside the ranges, which may overlap; 0 to 1."""
    marked = np.zeros(len(text.words), np.bool_)
    for first, last in ranges:
        marked[first:last] = True
    return float(marked.mean()) if len(marked) else 0.0


def _counterparts(found: Alignment) -> list[tuple[int, int]]:
    """Pairs of sentences, each sentence of the later text with its best counterpart, if that is good enough."""
    if not found.shared.size:
        return []
    dice = found.dice
    lighter = np.minimum(found.weight_later[:, None], found.weight_earlier[None, :])
    part = found.shared / np.maximum(lighter, MIN_WEIGHT)
    good = (dice >= MIN_DICE) | (part >= MIN_PART)
    quality = np.where(good, np.maximum(dice, part / 2), 0)
    # From both sides: one sentence may have been split into two, or two joined into one.
    pairs = {(at, int(to)) for at, to in enumerate(quality.argmax(axis=1)) if quality[at, to] > 0}
    pairs |= {(int(at), to) for to, at in enumerate(quality.argmax(axis=0)) if quality[at, to] > 0}
    return sorted(pairs)


def _joined(pairs: list[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """Runs of pairs that go on in both texts, as first and last sentence of each."""
    runs: list[tuple[int, int, int, int]] = []
    for at, to in pairs:
        if runs:
            first, last, start, end = runs[-1]
            if at - last in (0, 1) and to - end in (0, 1):
                runs[-1] = (first, at, start, to)
                continue
        runs.append((at, at, to, to))
    return runs


def _bounds(text: Text) -> list[tuple[int, int]]:
    """First and past-the-last word of each sentence."""
    starts = np.flatnonzero(np.diff(text.views.sentence, prepend=-1)).tolist()
    return list(zip(starts, [*starts[1:], len(text.words)], strict=True))


def _passage(later: Text, earlier: Text, span: Spans) -> Passage:
    first, last = span.later
    start, end = span.earlier
    agreed = held(later.words.stem[first:last], distinct(earlier.words.stem[start:end]))
    chars = _chars(later, first, last)
    return Passage(
        article=chars,
        earlier=_chars(earlier, start, end),
        text=later.text[slice(*chars)],
        similarity=round(float(agreed.mean()), 3),
    )


def _chars(text: Text, first: int, last: int) -> tuple[int, int]:
    """Offsets of a range of words with the marks that belong to them: quotation marks, brackets, the full stop."""
    start, end = int(text.words.start[first]), int(text.words.end[last - 1])
    while start and text.text[start - 1] in _OPENING:
        start -= 1
    while end < len(text.text) and text.text[end] in _CLOSING:
        end += 1
    return start, end
