"""From a web page to the article on it."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal
from urllib.parse import urljoin

import lxml.etree
import lxml.html
import trafilatura
from trafilatura.settings import Document

from monitor.articles.canonical import canonical_url
from monitor.articles.gates import before_gate, gate
from monitor.articles.json_ld import Described, described
from monitor.feeds.charset import decoded
from monitor.feeds.dates import date_of

# What it cannot read is told by what it returns.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

MAX_PAGE_CHARS = 3_000_000
"""Of a page; what comes after them is not looked at. The largest of 69 news pages that were measured has 1.7 million."""
MAX_TAGS = 15_000
"""Of a page; it is cut there. The 69 have up to 5,800; over them, trafilatura takes 70 µs for some."""
_MAX_TAG_CHARS = 20_000
"""libxml2's time grows with the square of the attributes of a tag."""
_MAX_TITLE_CHARS = 1_000
_MIN_TITLE_CHARS = 10
_MAX_LINKS = 100

Kind = Literal["article", "paywalled", "consent", "no_article"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is on a page. What the page does not say is empty."""

    kind: Kind
    """`article`: the whole text is there. `paywalled`: only its beginning. `consent`: a question that stands before the
    article (cookies, 'are you human'). `no_article`: something else, or too little text."""
    url: str = ""
    """The canonical address that the page gives itself, or else the one it was found under."""
    title: str = ""
    text: str = ""
    """Plain text, one paragraph a line, without the title."""
    published_at: datetime | None = None
    modified_at: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str = ""
    links: tuple[str, ...] = ()
    """Addresses that the text links to, absolute."""
    feeds: tuple[str, ...] = ()
    """Addresses of the feeds that the page announces."""


def read_page(body: bytes, *, url: str, content_type: str = "") -> Page:
    """The article on a page: its address, title, dates and text.

    trafilatura finds the text; it is guided by what pages say of themselves (`rel=canonical`, JSON-LD), and by what is
    never article, which is taken out before.

    Args: url: where the page was found, after redirects; empty when that is not known.
    Cost: 0.1 s for a usual page, under 1 s for all that were measured, so it belongs in a thread. Memory about twenty
        times the page. Pure; no address is opened.
    """
    source = _html(body, content_type)[:MAX_PAGE_CHARS]
    scripts, source = _without_scripts(source)
    tree = _tree(source)
    if tree is None:
        return Page(kind="no_article", url=url)
    said = described(scripts)
    meta = _meta(tree)
    headings = [_text(heading) for heading in tree.iter("h1")]
    title = _title(said, meta, headings, tree)
    feeds = tuple(_feeds(tree, url))
    text = _body(tree, said, (title, said.headline, meta.get("og:title", ""), *headings))
    return Page(
        kind=gate(text, title=title, is_free=said.is_free, whole=said.text, shown=_shown(tree)),
        url=_address(tree, meta, said, url),
        title=title,
        text=text,
        published_at=_published_at(said, meta, tree),
        modified_at=said.modified_at or date_of(meta.get("article:modified_time")),
        authors=said.authors or _authors(meta),
        language=tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or said.language,
        links=tuple(_links(tree, text, url)),
        feeds=feeds,
    )


# --- The page as a tree ---

_SCRIPT = re.compile(r"<script\b([^>]{0,2000})>", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script\b", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_LONG = re.compile(rf"<[a-zA-Z/!][^<]{{{_MAX_TAG_CHARS}}}[^<]*+")
_TAG = re.compile(r"""<(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")


def _html(body: bytes, content_type: str) -> str:
    if "charset" not in content_type.lower() and (found := _META_CHARSET.search(body[:4096])):
        content_type = f"text/html; charset={found[1].decode('ascii', 'replace')}"
    return decoded(body, content_type=content_type)[0]


def _without_scripts(source: str) -> tuple[list[str], str]:
    """The JSON-LD of a page, and the page without any script."""
    linked, kept, at = [], [], 0
    while start := _SCRIPT.search(source, at):
        kept.append(source[at : start.start()])
        end = _SCRIPT_END.search(source, start.end())
        if end is None:
            at = len(source)
            break
        if "ld+json" in start[1].lower():
            linked.append(source[start.end() : end.start()].strip().removeprefix("<!--").removesuffix("-->"))
        at = source.find(">", end.end()) + 1 or len(source)
    kept.append(source[at:])
    return linked, "".join(kept)


def _tree(source: str) -> Any:
    source = _LONG.sub(_short, source)
    if source.count("<") > MAX_TAGS:
        source = "<".join(source.split("<", MAX_TAGS)[:MAX_TAGS])
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return lxml.html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return None


def _short(found: re.Match[str]) -> str:
    """What stands from a tag to the next one, without it when the tag itself is endless."""
    tag = _TAG.match(found[0])
    return found[0] if tag and tag.end() <= _MAX_TAG_CHARS else ""


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        content = (element.get("content") or "").strip()
        if name and content:
            found.setdefault(name, content)
    return found


def _text(element: Any) -> str:
    return " ".join(element.text_content().split())


def _shown(tree: Any) -> str:
    body = tree.find("body")
    return _text(body if body is not None else tree)[:20_000]


# --- What is said of the article ---

_DATES = (
    "article:published_time", "og:article:published_time", "datepublished", "date.issued", "dc.date.issued", "dc.date",
    "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date", "publication_date", "date",
)  # fmt: skip
_SITE_PARTS = re.compile(r"\s+[|–—-]\s+|\s*[|｜：]\s*")
"""Between a title and the name of its site."""


def _title(said: Described, meta: dict[str, str], headings: Sequence[str], tree: Any) -> str:
    """What the page says that its article is called, without the name of the site behind it.

    What is meant for machines counts most, unless what readers see and what is shared agree on something else: another
    title, not the same with a word more.
    """
    element = tree.find(".//head/title")
    in_tab = _SITE_PARTS.split(_text(element))[0] if element is not None else ""
    shared = " ".join(meta.get("og:title", "").split())
    agreed = next((heading for heading in headings if heading and _letters(heading) == _letters(shared)), "")
    if _are_alike(agreed, said.headline):
        agreed = ""
    title = agreed or said.headline or shared or next(filter(None, headings), "") or in_tab
    shorter = [heading for heading in headings if len(heading) >= _MIN_TITLE_CHARS and _is_title_of(title, heading)]
    return (shorter[0] if shorter else title)[:_MAX_TITLE_CHARS]


def _are_alike(title: str, other: str) -> bool:
    """Whether two titles have four of five words in common."""
    words, others = (Counter(re.findall(r"\w+", one.lower())) for one in (title, other))
    return 2 * (words & others).total() >= 0.8 * (words.total() + others.total()) > 0


def _is_title_of(title: str, heading: str) -> bool:
    return title.startswith(heading) and bool(_SITE_PARTS.match(title, len(heading)))


def _published_at(said: Described, meta: dict[str, str], tree: Any) -> datetime | None:
    if said.published_at:
        return said.published_at
    if found := next((at for at in (date_of(meta.get(name)) for name in _DATES) if at), None):
        return found
    return next((at for at in (date_of(element.get("datetime")) for element in tree.iter("time")) if at), None)


def _authors(meta: dict[str, str]) -> tuple[str, ...]:
    name = meta.get("author", "")
    return (name[:200],) if name and not name.startswith("http") else ()


def _address(tree: Any, meta: dict[str, str], said: Described, url: str) -> str:
    links = [link.get("href") for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()]
    for address in (*links, meta.get("og:url", ""), said.url):
        if address and (found := canonical_url(_joined(url, address))):
            return found
    return canonical_url(url) or url


def _feeds(tree: Any, url: str) -> Iterator[str]:
    for link in tree.iter("link"):
        kind = (link.get("type") or "").lower()
        if "alternate" in (link.get("rel") or "").lower().split() and kind in _FEED_TYPES and link.get("href"):
            yield _joined(url, link.get("href"))


_FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})


def _links(tree: Any, text: str, url: str) -> Iterator[str]:
    """Targets of the first links in paragraphs that are in the text."""
    found = (
        _joined(url, link.get("href"))
        for paragraph in tree.iter("p")
        if _text(paragraph)[:_PIECE_LETTERS] in text
        for link in paragraph.iter("a")
        if link.get("href")
    )
    yield from islice(found, _MAX_LINKS)


def _joined(url: str, link: str) -> str:
    try:
        return urljoin(url, link.strip())
    except ValueError:
        return ""


# --- The text ---

_NEVER = frozenset("nav footer form button figcaption aside h1 iframe svg noscript template dialog".split())
_OTHER = re.compile(
    r"(?<![a-z])(?:related|newsletter|promo|recirc\w*|most-?(?:read|popular)|read-?(?:more|next|also)|more-?(?:from|on|stories)"
    r"|author-?(?:bio|info|box|card)|about-?author|comments?|share|sharing|social|advert\w*|ads?|sign-?up|subscri\w+"
    r"|breadcrumbs?|embed|tweet|twitter|instagram|tiktok|facebook|footer|byline|dateline|timestamp|tags?|keywords?"
    r"|recommend\w*|trending|popular|carousel|toolbar|copyright|disclaimer|collections?|cta|caption|credits?|gallery"
    r"|infobox|relation|sns|consent|cookies?|donat\w+|sponsor\w*|outbrain|taboola|poll|quiz)(?![a-z])"
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BLOCKS = ("div", "section", "ul", "ol", "p", "blockquote", "table", "header", "h2", "h3", "h4")
_MAX_SHARE = 0.2
"""Of the page's paragraphs: what holds more of them is not taken out, whatever it is called."""


def _body(tree: Any, said: Described, titles: Sequence[str]) -> str:
    shown = _letters(_text(tree)) if said.text else ""
    _take_out(tree)
    text = _extracted(tree, precise=False)
    text = _without_edges(text, _extracted(tree, precise=True))
    text = before_gate(_without_title(text, titles))
    return said.text if _is_part_of(text, said.text, shown) else text


def _extracted(tree: Any, *, precise: bool) -> str:
    found = trafilatura.bare_extraction(
        tree, include_comments=False, favor_precision=precise, with_metadata=False, deduplicate=False
    )
    return (found.text or "") if isinstance(found, Document) else ""


def _take_out(tree: Any) -> None:
    """Remove what is never article from a page."""
    paragraphs = max(1, sum(len(paragraph.text_content()) for paragraph in tree.iter("p")))
    for element in list(tree.iter(*_NEVER, *_BLOCKS, "li")):
        if element.tag not in _NEVER and not _is_named_other(element) and not _is_mere_link(element):
            continue
        held = sum(len(paragraph.text_content()) for paragraph in element.iter("p"))
        if held <= _MAX_SHARE * paragraphs and element.getparent() is not None:
            element.drop_tree()


def _is_named_other(element: Any) -> bool:
    names = " ".join(
        filter(None, (element.get(key) for key in ("class", "id", "role", "data-testid", "data-component")))
    )
    return bool(names) and bool(_OTHER.search(_HUMP.sub("-", names).lower()))


def _is_mere_link(element: Any) -> bool:
    """Whether a paragraph is nothing but links, as those to other articles are."""
    if element.tag not in ("p", "li"):
        return False
    length = len(_letters(element.text_content()))
    return 0 < length <= sum(len(_letters(link.text_content())) for link in element.iter("a"))


def _without_edges(text: str, precise: str) -> str:
    """The text without short lines before and after what a stricter extraction gives too."""
    lines = text.split("\n")
    kept = {_letters(line) for line in precise.split("\n")} - {""}
    sure = [number for number, line in enumerate(lines) if _letters(line) in kept]
    if not sure or 2 * len(precise) < len(text):
        return text
    return "\n".join(
        line
        for number, line in enumerate(lines)
        if sure[0] <= number <= sure[-1] or (len(line) >= _LONG_LINE and not line.startswith("- "))
    )


_LONG_LINE = 100


def _without_title(text: str, titles: Sequence[str]) -> str:
    lines = text.split("\n")
    known = {_letters(title) for title in titles} - {""}
    for number, line in enumerate(lines[:3]):
        if _letters(line) in known:
            return "\n".join(lines[number + 1 :])
    return text


def _is_part_of(text: str, whole: str, shown: str) -> bool:
    """Whether the page's own version of the text holds all that was found, and clearly more, which the page shows too."""
    found, said = _letters(text), _letters(whole)
    if len(said) < 1.15 * len(found) or len(said) < _MIN_LETTERS:
        return False
    pieces = [said[at : at + _PIECE_LETTERS] for at in range(0, len(said) - _PIECE_LETTERS, 5 * _PIECE_LETTERS)]
    if sum(piece in shown for piece in pieces) < 0.8 * len(pieces):
        return False
    lines = [line for line in map(_letters, text.split("\n")) if line]
    return sum(len(line) for line in lines if line[:60] in said) >= 0.8 * len(found)


_MIN_LETTERS = 300
_PIECE_LETTERS = 40


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", unicodedata.normalize("NFKC", text)).lower()
