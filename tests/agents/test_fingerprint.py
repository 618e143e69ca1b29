"""The role that fingerprints: a copy for each shard, and what is too short or very long."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from faust.types import TP

from agents import fingerprint as fingerprint_module
from agents.fingerprint import LONG_TEXT_CHARACTERS, FingerprintArticles
from agents.topics import ARTICLES, DEAD_LETTERS, FINGERPRINTS
from monitor.base.events import Article, DeadLetter, Fingerprint
from monitor.fingerprint.fingerprint import fingerprint
from tests.agents.articles import article, prose
from tests.agents.embedded import log_of
from tests.agents.stage import staged


async def test_each_shard_gets_its_copy_and_all_copies_are_the_same(tmp_path: Path) -> None:
    one = article("one", prose(1))
    async with staged(tmp_path, FingerprintArticles, broker__shards=3) as stage:
        await stage.put(ARTICLES, one.id, one)
        copies = [log_of(stage).read(TP(FINGERPRINTS.name, shard), 0, 10) for shard in range(3)]
        assert [len(copy) for copy in copies] == [1, 1, 1]
        assert len({copy[0].value for copy in copies}) == 1 and copies[0][0].key == one.id.encode()
        assert stage.read(FINGERPRINTS, Fingerprint) == [fingerprint(one)] * 3
        assert stage.count("fingerprinted") == 1


async def test_an_article_of_a_few_words_is_counted_and_ends_here(tmp_path: Path) -> None:
    async with staged(tmp_path, FingerprintArticles) as stage:
        await stage.put(ARTICLES, "k", article("short", "Harbour closed."), article("long", prose(1)))
        assert (stage.count("too_short"), stage.count("fingerprinted")) == (1, 1)
        assert [one.article.id for one in stage.read(FINGERPRINTS, Fingerprint)] == ["art_long"]
        assert not stage.read(DEAD_LETTERS, DeadLetter)


async def test_a_long_text_is_computed_in_a_thread_and_a_short_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: dict[str, int] = {}

    def noted(one: Article) -> Fingerprint:
        threads[one.id] = threading.get_ident()
        return fingerprint(one)

    monkeypatch.setattr(fingerprint_module, "fingerprint", noted)
    long = article("long", prose(1, words=LONG_TEXT_CHARACTERS // 6))
    assert len(long.text) > LONG_TEXT_CHARACTERS
    async with staged(tmp_path, FingerprintArticles) as stage:
        await stage.put(ARTICLES, "k", long, article("short", prose(2)))
        assert [one.article.id for one in stage.read(FINGERPRINTS, Fingerprint)] == [long.id, "art_short"]
    assert (threads[long.id] == threading.get_ident(), threads["art_short"] == threading.get_ident()) == (False, True)
