"""A feed and an article page as a publisher would serve them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Literal, NamedTuple
from xml.etree import ElementTree as ET

_ATOM = "http://www.w3.org/2005/Atom"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
ET.register_namespace("content", _CONTENT)

CONTENT_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}


class Item(NamedTuple):
    """A published article, as its feed lists it."""

    url: str
    title: str
    text: str
    published_at: datetime


def feed(kind: Literal["rss", "atom"], name: str, url: str, items: Sequence[Item]) -> bytes:
    """A feed document with full texts, the same bytes for the same items.

    Args: kind: RSS 2.0 or Atom 1.0 (RFC 4287). url: of the feed. items: newest first; times aware UTC.
    """
    root = _rss(name, url, items) if kind == "rss" else _atom(name, url, items)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def page(name: str, item: Item) -> str:
    """The article's own page, with a masthead around it as pages have."""
    title, link = html.escape(item.title), html.escape(item.url)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} | {html.escape(name)}</title>'
        f'<link rel="canonical" href="{link}"></head><body><header>{html.escape(name)}</header>'
        f"<main><article><h1>{title}</h1>{_paragraphs(item.text)}</article></main></body></html>"
    )


def _rss(name: str, url: str, items: Sequence[Item]) -> ET.Element:
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _put(channel, title=name, link=url, description=f"{name}: all articles", language="en")
    for item in items:
        entry = ET.SubElement(channel, "item")
        _put(entry, title=item.title, link=item.url, guid=item.url, pubDate=format_datetime(item.published_at))
        _put(entry, description=item.text.partition("\n\n")[0])
        ET.SubElement(entry, f"{{{_CONTENT}}}encoded").text = _paragraphs(item.text)
    return root


def _atom(name: str, url: str, items: Sequence[Item]) -> ET.Element:
    # The namespace as a plain attribute keeps the tags free of a prefix, as real feeds have them.
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _put(root, title=name, id=url)
    if items:
        _put(root, updated=items[0].published_at.isoformat())
    for item in items:
        entry = ET.SubElement(root, "entry")
        at = item.published_at.isoformat()
        _put(entry, title=item.title, id=item.url, published=at, updated=at)
        ET.SubElement(entry, "link", rel="alternate", href=item.url)
        ET.SubElement(entry, "content", type="html").text = _paragraphs(item.text)
    return root


def _put(parent: ET.Element, **texts: str) -> None:
    for tag, text in texts.items():
        ET.SubElement(parent, tag).text = text


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in text.split("\n\n"))
