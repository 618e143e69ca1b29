"""One URL for one article."""

import pytest

from monitor.articles.canonical import MAX_URL_CHARS, canonical_url, identity_url


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://herald.example/a", "https://herald.example/a"),
        (" https://herald.example/a\n", "https://herald.example/a"),
        ("HTTPS://Herald.EXAMPLE/A", "https://herald.example/A"),
        ("https://herald.example", "https://herald.example/"),
        ("https://herald.example:443/a", "https://herald.example/a"),
        ("http://herald.example:80/a", "http://herald.example/a"),
        ("https://herald.example:8443/a", "https://herald.example:8443/a"),
        ("https://[2001:db8::1]:8443/a", "https://[2001:db8::1]:8443/a"),
        ("https://reader:secret@herald.example/a", "https://herald.example/a"),
        ("https://herald.example/a#part", "https://herald.example/a"),
        ("https://herald.example/x/../a", "https://herald.example/a"),
        ("https://herald.example/%7ea%c3%bc", "https://herald.example/~a%C3%BC"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://herald.example/a?id=7", "https://herald.example/a?id=7"),
        ("https://herald.example/a?utm_source=rss&id=7&UTM_Medium=feed&fbclid=x#y", "https://herald.example/a?id=7"),
        ("https://herald.example/a?gclid=x&&", "https://herald.example/a"),
        ("https://herald.example/a?b=2&a=1&b=1", "https://herald.example/a?b=2&a=1&b=1"),
        ("https://herald.example/a?q=a%26utm_b=1+2", "https://herald.example/a?q=a%26utm_b=1+2"),
    ],
)
def test_decorations_are_dropped_and_what_names_the_article_is_kept(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/a",
        "herald.example/a",
        "tag:herald.example,2026:7",
        "ftp://herald.example/a",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https:///a",
        "https://herald.example:99999/",
        "https://[::1/",
        "https://herald.example/" + "a" * MAX_URL_CHARS,
    ],
)
def test_what_is_no_address_of_a_page_has_no_canonical_url(url: str) -> None:
    assert canonical_url(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://www.herald.example/2026/gate",
        "http://herald.example/2026/gate/",
        "https://m.herald.example/2026/gate",
        "https://mobile.herald.example/2026/gate",
        "https://amp.herald.example/2026/gate",
        "https://www.herald.example/amp/2026/gate",
        "https://www.herald.example/2026/gate/amp/",
        "https://www.herald.example/2026/gate?amp=1",
        "https://www.herald.example/2026/gate?outputType=amp",
        "https://www-herald-example.cdn.ampproject.org/c/s/www.herald.example/2026/gate",
        "https://www.google.com/amp/s/www.herald.example/2026/gate",
    ],
)
def test_the_faces_of_one_article_have_one_identity(url: str) -> None:
    assert identity_url(canonical_url(url)) == "herald.example/2026/gate"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://herald.example/a?id=1", "https://herald.example/a?id=2"),
        ("https://news.herald.example/a", "https://sport.herald.example/a"),
        ("https://herald.example/f#1", "https://herald.example/f#2"),
        ("https://m.example/a", "https://www.example/a"),
        ("https://herald.example/ampere", "https://herald.example/ere"),
        ("https://herald.example/champ", "https://herald.example/ch"),
    ],
)
def test_other_articles_have_another_identity(one: str, other: str) -> None:
    assert identity_url(one) != identity_url(other)
