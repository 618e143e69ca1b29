"""What is known of a word before its text is looked at: hashes of the word and its stem, and how common it is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from unicodedata import normalize

import numpy as np
import Stemmer
import wordfreq

from monitor.fingerprint.scripts import is_hiragana, is_unspaced

RAREST = 1e-6
"""Frequency given to words that the frequency list does not hold (it ends there)."""
UNSPACED_FREQUENCY = 1e-4
"""Frequency of a pair of characters in scripts without spaces: content, but never rare by itself."""
COMMON = 1e-2
"""Frequency of what is function word by its form."""

_STEMMERS = {
    "ar": "arabic",
    "bs": "serbian",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hr": "serbian",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
"""Stemmers of PyStemmer by language."""
_LISTS = {"hr": "sh", "sr": "sh", "bs": "sh", "no": "nb", "nn": "nb", "tl": "fil", "gl": "pt"}
"""Languages whose frequencies are those of a near relative."""
_CAPACITY = 1 << 16


class Rows(dict[str, int]):
    """Numbers of strings, from 0 in the order in which they were first asked for; a new one is learnt then."""

    def __init__(self, learn: Callable[[str, int], None]) -> None:
        super().__init__()
        self._learn = learn

    def __missing__(self, text: str) -> int:
        row = len(self)
        self._learn(text, row)
        self[text] = row
        return row

    def of(self, texts: list[str]) -> np.ndarray:
        """The number of each string; int64[n]."""
        return np.fromiter(map(self.__getitem__, texts), np.int64, len(texts))


class Lexicon:
    """Facts of the words of one language, kept in arrays that are looked up by row.

    A word is stemmed and hashed once; a text's words become rows, and everything after that is array arithmetic.
    Of a language without stemmer or frequency list too: there a word is its own stem.
    Bounded: a full lexicon starts anew (a day of news in one language holds about 60,000 forms).
    """

    def __init__(self, language: str) -> None:
        name = _STEMMERS.get(language)
        self._stem = Stemmer.Stemmer(name).stemWord if name else str
        self._frequencies = _frequencies(language)
        self._rows = Rows(self._learn)
        self.word = np.zeros(_CAPACITY, np.uint64)
        self.stem = np.zeros(_CAPACITY, np.uint64)
        self.frequency = np.zeros(_CAPACITY, np.float32)
        self.unspaced = np.zeros(_CAPACITY, np.bool_)
        self.capital = np.zeros(_CAPACITY, np.bool_)
        self.number = np.zeros(_CAPACITY, np.bool_)
        self.columns = (self.word, self.stem, self.frequency, self.unspaced, self.capital, self.number)
        self.generation = 0
        """Rows are valid as long as this is the same."""

    def rows(self, words: list[str]) -> np.ndarray:
        """Rows of the words; int64[n], of no more than fit."""
        self.make_room(len(words))
        return self._rows.of(words[:_CAPACITY])

    def row(self, word: str) -> int:
        """Row of a word for which there is room."""
        return self._rows[word]

    def make_room(self, count: int) -> None:
        """Start anew if `count` more words might not fit."""
        if len(self._rows) + count > _CAPACITY:
            self._rows.clear()
            self.generation += 1

    def _learn(self, form: str, row: int) -> None:
        # Composed, since accents may be written apart.
        word = normalize("NFC", form.lower().replace("’", "'"))
        stem = self._stem(word)
        self.word[row] = stable_hash(word)
        self.stem[row] = stable_hash(stem)
        self.unspaced[row] = is_unspaced(form[0])
        self.capital[row] = form[0].isupper()
        self.number[row] = form[0].isdigit()
        self.frequency[row] = self._frequency_of(form, word)

    def _frequency_of(self, form: str, word: str) -> float:
        if is_unspaced(form[0]):
            return COMMON if is_hiragana(form[0]) else UNSPACED_FREQUENCY
        if len(word) == 1 and not word.isdigit():
            return COMMON
        return self._frequencies.get(word) or self._frequencies.get(word.removesuffix("'s"), RAREST)


def are_read_alike(first: str, second: str) -> bool:
    """Whether two languages give each word the same stem and frequency: one and the same, or Croatian and Serbian."""
    names = [(_STEMMERS.get(language), _LISTS.get(language, language)) for language in (first, second)]
    return first == second or names[0] == names[1]


def stable_hash(text: str) -> int:
    """64-bit hash of a string, the same on every machine and under every version of Python."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def _frequencies(language: str) -> dict[str, float]:
    name = _LISTS.get(language, language)
    if name not in wordfreq.available_languages("small"):
        return {}
    return wordfreq.get_frequency_dict(name, wordlist="small")
