from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from agents.demo.content import DemoArticle, load_demo, load_outlets
from monitor.base.errors import InputError
from monitor.base.events import Article
from monitor.fingerprint.fingerprint import fingerprint
from monitor.match.text import Text
from monitor.match.verify import verify

OUTLETS = '[wire]\nname = "Wire"\nsource = "wire.example"\nformat = "rss"\n'


def front(extra: str = "", outlet: str = "wire", text: str = "Some text.") -> str:
    return f'+++\noutlet = "{outlet}"\ntitle = "T"\ndelay_s = 1\nform = "f"\n{extra}\n+++\n\n{text}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outlets.toml").write_text(OUTLETS)
    (tmp_path / "a.md").write_text(front())
    return tmp_path


def test_the_bundled_demo_shows_what_the_readme_promises() -> None:
    articles, outlets = load_demo(), load_outlets()
    assert articles[0].delay_s == 0
    assert all(earlier.delay_s <= later.delay_s <= 30 for earlier, later in pairwise(articles))
    assert sum(article.copy_of == articles[0].slug for article in articles) == 5
    assert {article.outlet for article in articles} == set(outlets)
    assert {outlet.format for outlet in outlets.values()} == {"rss", "atom"}
    assert all(outlet.source.endswith(".example") for outlet in outlets.values())
    copies = [article.outlet for article in articles if article.copy_of]
    assert len(set(copies)) == len(copies), "a source that repeats itself raises no alert"


def text_of(article: DemoArticle) -> Text:
    return Text.of(
        fingerprint(
            Article(
                id=article.slug,
                url=f"https://{article.outlet}.example/{article.slug}",
                title=article.title,
                source=load_outlets()[article.outlet].source,
                first_seen_at=datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=article.delay_s),
                text=article.text,
            )
        )
    )


def test_every_copy_matches_its_origin_and_nothing_else_matches_anything() -> None:
    articles = load_demo()
    texts = {article.slug: text_of(article) for article in articles}
    matched = {
        (later.slug, earlier.slug): match.kind
        for earlier, later in combinations(articles, 2)
        if (match := verify(texts[later.slug], texts[earlier.slug]))
    }
    origin = articles[0].slug
    copies = {article.slug for article in articles if article.copy_of}
    assert {later for later, earlier in matched if earlier == origin} == copies
    # Copies match each other where they took the same paragraphs, so only the innocent must be absent.
    assert {slug for pair in matched for slug in pair} == copies | {origin}
    assert [matched[article.slug, origin] for article in articles if article.copy_of] == [
        "verbatim",
        "rewritten",
        "rewritten",
        "partial",
        "verbatim",
    ]


def test_only_the_reprint_is_credited() -> None:
    origin, *others = load_demo()
    credited = {
        article.slug
        for article in others
        if article.copy_of and (match := verify(text_of(article), text_of(origin))) and match.credited
    }
    assert credited == {"harbour-streets-under-water"}


def test_a_file_is_read_as_front_matter_and_text(folder: Path) -> None:
    (folder / "b.md").write_text(front('copy_of = "a"', text="One.\n\nTwo."))
    (folder / "README.md").write_text("not an article")
    first, second = load_demo(folder)
    assert (first.slug, first.copy_of) == ("a", None)
    assert (second.slug, second.copy_of, second.text) == ("b", "a", "One.\n\nTwo.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no front matter", r"b\.md: must be TOML between two lines"),
        (front(text=""), r"b\.md: must be TOML between two lines"),
        (front(outlet="nobody"), r"b\.md: outlet 'nobody' is not in outlets\.toml"),
        (front('copy_of = "z"'), r"b\.md: copy_of 'z' is not published before it"),
        (front('coppy_of = "a"'), r"b\.md: .*unknown field `coppy_of`"),
        (front("title"), r"b\.md: "),
    ],
)
def test_a_broken_file_is_named_with_its_fault(folder: Path, text: str, message: str) -> None:
    (folder / "b.md").write_text(text)
    with pytest.raises(InputError, match=message):
        load_demo(folder)


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / "b.md").write_bytes(b"+++\n\xff")
    with pytest.raises(InputError, match=r"b\.md: cannot be read"):
        load_demo(folder)
