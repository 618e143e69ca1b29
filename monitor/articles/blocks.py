"""What a source puts under or into many of its articles: subscription pitches, 'about us' paragraphs, disclaimers.

No pattern knows such lines; they are learnt from the source's own articles. A line is a block when three of the source's
latest articles hold it, as long as most of each of them is text that the others do not hold. So a text that a source prints
again and again, an agency's or its own, is never learnt away: from the second time on, most of it is known, and nothing
is learnt from it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from typing import NamedTuple

import msgspec

from monitor.articles.clean import clean
from monitor.articles.seen import FORGET
from monitor.base.events import Article

MIN_ARTICLES = 3
"""Articles that must hold a line before it is cut; two may have an author, or a phrase, in common."""
MIN_BLOCK_CHARS = 12
"""Shorter lines ('Background') are headings of articles as often as furniture, and weigh nothing in a comparison."""
RECENT_ARTICLES = 24
"""Latest articles of a source that a new one is held against: a block in one of eight is learnt within them."""
MAX_LINES = 40
"""Lines of an article that are looked at, from its two ends; blocks seldom stand in the middle of a very long one."""
MAX_BLOCKS = 64
"""Blocks of a source; the one that was not seen for the longest time is forgotten first."""

_HASH_BYTES = 8


class Recent(msgspec.Struct, frozen=True, array_like=True):
    """An article of a source, by the hashes of its lines."""

    article: str
    lines: tuple[bytes, ...]


class SourceBlocks(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of one source; 3 kB for articles of 15 lines, 14 kB at most."""

    recent: tuple[Recent, ...] = ()
    """The latest articles of which most was new, oldest first; one more than a new article is held against."""
    blocks: tuple[bytes, ...] = ()
    """Hashes of the blocks, the one seen last at the end."""
    at: datetime
    """When the last article was seen."""


class Learnt(NamedTuple):
    """What to remember now, and the lines of the article that are blocks of its source."""

    known: SourceBlocks
    found: tuple[str, ...]


def learn(known: SourceBlocks | None, article: Article) -> Learnt:
    """Find the blocks in an article, and learn from it.

    The same article again, right after the first time, changes nothing and finds the same blocks; a revision counts as
    the same article. The blocks found are less than half of the article's characters.

    Cost: that of `clean` and 1 µs a line.
    """
    known = known or SourceBlocks(at=article.first_seen_at)
    text = clean(article.text).text.split("\n")
    lines = {_hash(line): line for line in _looked_at(text)}
    others = [one for one in known.recent if one.article != article.id]
    # One more is stored than is looked at: when the article is handled again, it must see what it saw the first time.
    others = others[-RECENT_ARTICLES:]
    holders = Counter(line for one in others for line in one.lines)
    blocks = set(known.blocks)
    weight = {key: len(line) * text.count(line) for key, line in lines.items()}
    seen = sum(weight[key] for key in lines if key in blocks or key in holders)
    if 2 * seen >= sum(weight.values()):
        return Learnt(known, ())
    found = [key for key in lines if key in blocks or holders[key] + 1 >= MIN_ARTICLES]
    kept = [*(key for key in known.blocks if key not in lines), *found]
    remembered = SourceBlocks(
        recent=(*others, Recent(article.id, tuple(lines))),
        blocks=tuple(kept[-MAX_BLOCKS:]),
        at=article.first_seen_at,
    )
    return Learnt(remembered, tuple(lines[key] for key in found))


def is_forgotten(known: SourceBlocks, now: datetime) -> bool:
    """Whether a source has been silent for so long that it is learnt anew when it returns."""
    return now - known.at > FORGET


def _looked_at(text: list[str]) -> list[str]:
    """The lines of an article that may be blocks."""
    lines = [line for line in text if len(line) >= MIN_BLOCK_CHARS]
    return lines if len(lines) <= MAX_LINES else lines[: MAX_LINES // 2] + lines[-MAX_LINES // 2 :]


def _hash(line: str) -> bytes:
    return hashlib.blake2b(line.encode("utf-8", "replace"), digest_size=_HASH_BYTES).digest()
