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
class Sequence:
    """Shingles of a text in their order, with the words or stems that they are made of."""

    grams: np.ndarray
    """uint64[length - size + 1] hashes."""
    size: int
    length: int
    """Words or stems in the sequence."""


@dataclass(frozen=True, slots=True)
class Text:
    """One article's text with its views. Immutable; about 60 kB for 400 words, so keep a bounded number of them."""

    article: ArticleRef
    text: str
    credits: tuple[str, ...]
    words: Words
    sentence: np.ndarray
    """int64[n]: number of the sentence of each word, from 0."""
    rarity: np.ndarray
    """float32[n]: 0 for words that every article holds, to 6 for the rarest: their inverse document frequency."""
    quoted: np.ndarray
    """bool[n]: the word stands inside quotation marks."""
    first_place: np.ndarray
    """int64[len(sets["s1"])]: word at which each distinct content stem stands first."""
    sets: dict[str, np.ndarray]
    """Sorted hashes without repeats, by name of the view."""
    sequences: dict[str, Sequence]
    """Shingles in order, by name of the view; `_nq` marks those without quotations."""
    links: tuple[str, ...] = ()

    @classmethod
    def of(cls, fp: Fingerprint) -> Text:
        """The text of a fingerprint. Cost: 0.6 ms for 400 words; keep the result for articles that come back."""
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
        quoted = _quoted(text, found)
        content = found.content
        sequences = {
            "w3": _sequence(found.word, 3),
            "w5": _sequence(found.word, 5),
            "s2": _sequence(found.stem[content], 2),
            "w3_nq": _sequence(found.word[~quoted], 3),
            "w5_nq": _sequence(found.word[~quoted], 5),
            "s2_nq": _sequence(found.stem[content & ~quoted], 2),
        }
        names = found.capital & (found.frequency < NAME_FREQUENCY)
        sets = {
            "w1": found.word,
            "w2": shingles(found.word, 2),
            "s1": found.stem[content],
            "skip": skip_bigrams(found.stem[content], SKIP_WINDOW),
            "name": found.stem[names],
            "plain": found.stem[content & ~names & ~found.number],
            "number": found.word[found.number],
            **{name: sequence.grams for name, sequence in sequences.items() if name != "w5_nq"},
        }
        rarity = np.clip(-np.log(found.frequency * _ARTICLE_WORDS), 0, _HIGHEST_RARITY).astype(np.float32)
        return cls(
            article,
            text,
            credited,
            found,
            sentence_numbers(text, found),
            rarity,
            quoted,
            np.flatnonzero(content)[np.unique(found.stem[content], return_index=True)[1]],
            {name: distinct(hashes) for name, hashes in sets.items()},
            sequences,
            links,
        )


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


def _sequence(hashes: np.ndarray, size: int) -> Sequence:
    return Sequence(shingles(hashes, size), size, len(hashes))


def _quoted(text: str, found: Words) -> np.ndarray:
    """bool[n]: the word stands inside quotation marks."""
    quoted = np.zeros(len(found), np.bool_)
    for match in _QUOTATION.finditer(text):
        first, last = np.searchsorted(found.start, match.span())
        quoted[first:last] = True
    return quoted
