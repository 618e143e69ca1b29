"""`wirewatch extract`: the article on a web page."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

import click

from monitor.articles.page import Page, read_page
from monitor.base.errors import InputError

MAX_FILE_BYTES = 64 * 1024 * 1024


@click.command()
@click.argument("page", type=click.Path(path_type=Path))
@click.option("--url", default="", help="Where the page was found: relative addresses on it start from here.")
def command(page: Path, url: str) -> None:
    """Print title, dates, canonical address and body of the article on PAGE (HTML, or HTML.gz) as JSON.

    `kind` says whether it is an `article`, the beginning of a `paywalled` one, a `consent` question, or `no_article`. The
    body is plain text, one paragraph a line.
    """
    found = read_page(_read(page), url=url)
    click.echo(json.dumps(_as_json(found), ensure_ascii=False, indent=2))


def _read(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            body = file.read(MAX_FILE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    if len(body) > MAX_FILE_BYTES:
        raise InputError(f"{path}: is larger than {MAX_FILE_BYTES} bytes, too large for a page")
    return body


def _as_json(page: Page) -> dict[str, object]:
    return {
        "kind": page.kind,
        "canonical": page.url,
        "title": page.title,
        "published_at": page.published_at.isoformat() if page.published_at else None,
        "modified_at": page.modified_at.isoformat() if page.modified_at else None,
        "authors": list(page.authors),
        "language": page.language,
        "body": page.text,
    }
