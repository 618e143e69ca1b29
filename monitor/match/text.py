"""An article's text, prepared for comparison: every view of it that pairs are judged by, computed once."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from monitor.base.events import ArticleRef, Fingerprint
from monitor.fingerprint.lexicon import RAREST, are_read_alike
from monitor.fingerprint.shingles import distinct, shingles, skip_bigrams
from monitor.fingerprint.words import Words, words
from monitor.match.sentences import sentence_numbers
from monitor.match.views import Views, joined

NAME_FREQUENCY = 3e-5
"""Capitalised words rarer than this are taken for names."""
SKIP_WINDOW = 4

# A quotation longer than this is a lost closing mark.
_QUOTATION = re.compile(
    r"“[^“”]{2,900}[”“]|„[^“”„]{2,900}[“”]|«[^«»]{2,900}»|»[^«»]{2,900}«|「[^「」]{2,400}」|『[^『』]{2,400}』"
    r"|\"[^\"\n]{2,900}\"|``.{2,900}?''",
)
# Mean length of a news article in words: turns a word's frequency into the share of articles that hold it.
_ARTICLE_WORDS = 400.0
_HIGHEST_RARITY = 6.0


@dataclass(frozen=True, slots=True)
class Text:
    """One article's text with its views. Immutable; about 60 kB for 400 words, so keep a bounded number of them."""

    article: ArticleRef
    text: str
    credits: tuple[str, ...]
    words: Words
    views: Views
    links: tuple[str, ...] = ()

    @classmethod
    def of(cls, fp: Fingerprint) -> Text:
        """The text of a fingerprint. Cost: 0.4 ms for 400 words; keep the result for articles that come back."""
        return cls._read(fp.article, fp.text, fp.credits, fp.links, fp.article.language)

    def read_as(self, language: str) -> Text:
        """The same article with the stems and frequencies of another language. Cost: that of `of`."""
        return self._read(self.article, self.text, self.credits, self.links, language)

    @property
    def familiar(self) -> float:
        """Share of the words that the frequency list of the text's language holds: low when it was taken for another."""
        return float((self.words.frequency > RAREST).mean()) if len(self.words) else 0.0

    @classmethod
    def _read(
        cls, article: ArticleRef, text: str, credited: tuple[str, ...], links: tuple[str, ...], language: str
    ) -> Text:
        found = words(text, language)
        content, quoted = found.content, _quoted(text, found)
        stems = found.stem[content]
        w3, w5, s2 = unquoted = shingles(found.word, 3), shingles(found.word, 5), shingles(stems, 2)
        # Most texts quote nobody, and both are the same.
        if quoted.any():
            plain = found.word[~quoted]
            unquoted = shingles(plain, 3), shingles(plain, 5), shingles(found.stem[content & ~quoted], 2)
        names = found.capital & (found.frequency < NAME_FREQUENCY)
        stem_set, first = _first_places(stems)
        w3_set, s2_set = distinct(w3), distinct(s2)
        sets = [
            distinct(found.word),
            distinct(shingles(found.word, 2)),
            w3_set,
            distinct(w5),
            stem_set,
            s2_set,
            distinct(skip_bigrams(stems, SKIP_WINDOW)),
            w3_set if unquoted[0] is w3 else distinct(unquoted[0]),
            s2_set if unquoted[2] is s2 else distinct(unquoted[2]),
            distinct(found.stem[names]),
            distinct(found.stem[content & ~names & ~found.number]),
            distinct(found.word[found.number]),
        ]
        views = Views(
            *joined(sets, [w3, w5, unquoted[0], unquoted[1], s2, unquoted[2]]),
            first_place=np.flatnonzero(content)[first],
            stem=found.stem,
            content=content,
            quoted=quoted,
            sentence=sentence_numbers(text, found),
            rarity=np.clip(-np.log(found.frequency * _ARTICLE_WORDS), 0, _HIGHEST_RARITY).astype(np.float32),
        )
        return cls(article, text, credited, found, views, links)


def in_one_language(later: Text, earlier: Text) -> tuple[Text, Text]:
    """The two texts with stems of one language, when they were taken for two.

    Copies of one text can be: short ones, near relatives (Danish and Norwegian), a language that identification does not
    know. The one that is more at home in its language decides.
    """
    first, second = later.article.language, earlier.article.language
    if are_read_alike(first, second):
        return later, earlier
    if earlier.familiar >= later.familiar:
        return later.read_as(second), earlier
    return later, earlier.read_as(first)


def _first_places(hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The hashes sorted and without repeats, and where each stands first."""
    order = hashes.argsort()
    ordered = hashes[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))[: len(hashes)]
    return ordered[starts], np.minimum.reduceat(order, starts) if len(hashes) else order


def _quoted(text: str, found: Words) -> np.ndarray:
    """bool[n]: the word stands inside quotation marks."""
    spans = [place for match in _QUOTATION.finditer(text) for place in match.span()]
    edges = np.array([0, *found.start.searchsorted(spans), len(found)])
    # What stands before, between and after quotations takes turns with them.
    inside = np.arange(len(edges) - 1) % 2 == 1
    return np.repeat(inside, np.diff(edges))
