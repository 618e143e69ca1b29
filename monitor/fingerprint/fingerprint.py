"""From an article to its fingerprint: all that the index and the verifier need to know of it."""

from __future__ import annotations

import msgspec
import numpy as np

from monitor.articles.agencies import agencies_in
from monitor.articles.clean import Cleaned, clean
from monitor.base.errors import TextTooShort
from monitor.base.events import Article, Fingerprint
from monitor.fingerprint.language import identify
from monitor.fingerprint.lexicon import RAREST
from monitor.fingerprint.minhash import minhash
from monitor.fingerprint.shingles import distinct, scramble, shingles
from monitor.fingerprint.words import Words, words

MIN_CONTENT_WORDS = 8
"""Shorter texts are headlines and captions: two of one event agree by chance."""

# A stem this rare is a feature by itself: it stands in about 1 of 80 articles of 400 words, idf 4.5
# (RESEARCH.md section 1: the candidates of rare stems and bigrams).
_RARE_FREQUENCY = 3e-5
_SAMPLE_STEMS = 3
# Words that the frequency list does not hold, names above all. Two of them in common raise the candidate recall of
# people's paraphrases from .96 to 1 on the bench, for two more candidates an article.
_UNLISTED_FREQUENCY = 1.01 * RAREST
# Phrases as they are written, so that copies which are taken for two languages, or are in one that no list holds, meet. The
# lowest hashes of all four-word phrases: so many that two halves alike share several, and so few that they cost little.
_WRITTEN_WORDS, _WRITTEN = 4, 24
_RARE_SALT = np.uint64(0xA5A5A5A5)


def fingerprint(article: Article, *, cleaned: Cleaned | None = None) -> Fingerprint:
    """Fingerprint of an article; the same article gives the same bytes on every machine.

    Args: cleaned: its text, if it is not to be cleaned here.
    Raises: TextTooShort: fewer than 8 content words are left after cleaning; the caller counts it and goes on.
    Cost: 0.7 ms for a 400-word article on a slow machine (docs/candidates.md).
    """
    cleaned = cleaned or clean(article.text, article.blocks)
    language = identify(cleaned.text) or article.language
    found = words(cleaned.text, language)
    content = int(found.content.sum())
    if content < MIN_CONTENT_WORDS:
        raise TextTooShort(
            f"{article.url or article.id}: {content} content words ({len(found)} words) after cleaning,"
            f" at least {MIN_CONTENT_WORDS} are needed to compare; take the text of the page if the feed has a teaser"
        )
    return Fingerprint(
        article=msgspec.structs.replace(article.ref(), language=language),
        text=cleaned.text,
        credits=tuple(dict.fromkeys((*cleaned.credits, *filter(agencies_in, article.authors)))),
        links=article.links,
        signature=minhash(features(found)).tobytes(),
        samples=samples(found).astype("<u8").tobytes(),
    )


def features(found: Words) -> np.ndarray:
    """What the signature is made of: bigrams of content stems, and rare stems by themselves; uint64[n].

    Bigrams find copies, rare stems (names above all) find rewrites that keep no two words together.
    """
    stems = found.stem[found.content]
    rare = found.stem[found.frequency < _RARE_FREQUENCY]
    return np.concatenate([shingles(stems, 2), scramble(rare ^ _RARE_SALT)])


def samples(found: Words) -> np.ndarray:
    """Hashes that few articles share: half of those of three content stems in a row, chosen by their value, the stems of
    unlisted words, and the 24 lowest of four words in a row; uint64[n], no repeats.

    A passage lifted into a longer article keeps them although the signatures hardly agree.
    Source: winnowing (Schleimer, Wilkerson and Aiken 2003), with mod-p selection; bottom-k sketches (Cohen 1997).
    """
    grams = scramble(shingles(found.stem[found.content], _SAMPLE_STEMS))
    unlisted = found.stem[found.frequency < _UNLISTED_FREQUENCY]
    written = distinct(scramble(shingles(found.word, _WRITTEN_WORDS)))[:_WRITTEN]
    return distinct(np.concatenate([grams[grams & np.uint64(1) == 0], unlisted, written]))
