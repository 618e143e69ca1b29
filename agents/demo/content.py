"""The demo's articles and outlets, read from `config/demo`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from agents.bundled import DEMO, bundled
from monitor.base.errors import InputError

_T = TypeVar("_T")

_FENCE = "+++\n"


class Outlet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invented publisher."""

    name: str
    source: str
    """Its invented host name, which stands for it in alerts."""
    format: Literal["rss", "atom"]


class _FrontMatter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    outlet: str
    title: str
    delay_s: float
    form: str
    copy_of: str | None = None


class DemoArticle(msgspec.Struct, frozen=True, kw_only=True):
    """One article and when it is published."""

    slug: str
    outlet: str
    """Key of its outlet."""
    title: str
    text: str
    """Paragraphs with an empty line between them."""
    delay_s: float
    """Seconds after the start."""
    copy_of: str | None
    """Slug of the article whose text it re-uses; None when no alert is due."""


def load_outlets(folder: Path | None = None) -> dict[str, Outlet]:
    """The outlets by key, in the order of `outlets.toml`.

    Raises: InputError: the file cannot be read or has a wrong field.
    """
    path = (folder or bundled(DEMO)) / "outlets.toml"
    return _convert(path, _read(path), dict[str, Outlet])


def load_demo(folder: Path | None = None) -> tuple[DemoArticle, ...]:
    """The articles in order of publication.

    Args: folder: another folder of the same form; None takes the bundled one.
    Raises: InputError: a file cannot be read, names an unknown outlet, or copies what is not published before it.
    """
    folder = folder or bundled(DEMO)
    outlets = load_outlets(folder)
    paths = [path for path in folder.glob("*.md") if path.name != "README.md"]
    articles = sorted((_article(path) for path in paths), key=lambda article: (article.delay_s, article.slug))
    earlier: set[str] = set()
    for article in articles:
        if article.outlet not in outlets:
            raise InputError(f"{article.slug}.md: outlet {article.outlet!r} is not in outlets.toml")
        if article.copy_of is not None and article.copy_of not in earlier:
            raise InputError(f"{article.slug}.md: copy_of {article.copy_of!r} is not published before it")
        earlier.add(article.slug)
    return tuple(articles)


def _article(path: Path) -> DemoArticle:
    before, opening, rest = _read(path).partition(_FENCE)
    head, closing, text = rest.partition(_FENCE)
    if before or not opening or not closing or not text.strip():
        raise InputError(f"{path}: must be TOML between two lines '+++', then the text")
    front = _convert(path, head, _FrontMatter)
    return DemoArticle(
        slug=path.stem,
        outlet=front.outlet,
        title=front.title,
        text=text.strip(),
        delay_s=front.delay_s,
        copy_of=front.copy_of,
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None


def _convert(path: Path, toml: str, kind: type[_T]) -> _T:
    try:
        return msgspec.convert(tomllib.loads(toml), kind)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(f"{path}: {error}") from None
