"""Bytes become characters whatever is said of them."""

import codecs

import pytest

from monitor.feeds.charset import decoded

TEXT = "<a>Übermut tut selten gut – naïve façade</a>"


def declared(name: str, text: str = TEXT) -> bytes:
    return f"<?xml version='1.0' encoding='{name}'?>{text}".encode(name)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (TEXT.encode(), ""),
        (codecs.BOM_UTF8 + TEXT.encode(), "text/xml; charset=iso-8859-1"),
        (TEXT.encode("utf-16"), ""),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), ""),
        (TEXT.encode("utf-32"), ""),
        (TEXT.encode("utf-16-le"), ""),
        (TEXT.encode("utf-16-be"), ""),
        (TEXT.encode("utf-32-be"), ""),
        (TEXT.encode("cp1252"), "text/xml; charset=windows-1252"),
        # Most who say iso-8859-1 mean its superset, which has the dash.
        (TEXT.encode("cp1252"), 'text/xml; Charset="ISO-8859-1"'),
    ],
)
def test_text_is_read_without_a_complaint(body: bytes, content_type: str) -> None:
    assert decoded(body, content_type=content_type) == (TEXT, "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("windows-1251", "Новости дня"),
        ("koi8-r", "Новости дня"),
        ("gb2312", "新闻"),
        ("big5", "新聞"),
        ("shift_jis", "ニュース"),
        ("euc-jp", "ニュース"),
        ("iso-2022-jp", "ニュース"),
        ("euc-kr", "뉴스"),
        ("iso-8859-2", "Zażółć gęślą jaźń"),
    ],
)
def test_the_declaration_of_the_document_names_its_charset(name: str, text: str) -> None:
    read, problem = decoded(declared(name, text), content_type="text/xml")
    assert read.endswith(text) and problem == ""


def test_the_header_counts_more_than_the_declaration() -> None:
    body = "<?xml version='1.0' encoding='iso-8859-1'?>Новости".encode("windows-1251")
    assert decoded(body, content_type="text/xml; charset=windows-1251")[0].endswith("Новости")


def test_utf8_is_read_as_such_though_another_charset_was_said() -> None:
    read, problem = decoded(TEXT.encode(), content_type="text/xml; charset=iso-8859-15")
    assert read == TEXT
    assert problem == "says that it is in iso8859-15, but is in UTF-8; it is read so"
    assert decoded(b"<a>plain</a>", content_type="text/xml; charset=iso-8859-15") == ("<a>plain</a>", "")


def test_a_broken_byte_in_utf8_is_replaced_and_told() -> None:
    read, problem = decoded("Größe, Höhe".encode() + b"\xff", content_type="")
    assert read == "Größe, Höhe\ufffd"
    assert problem == "is not all in utf-8 (byte 14 is wrong); what is no character there is replaced"


def test_a_charset_that_does_not_fit_its_bytes_is_replaced_where_it_does_not() -> None:
    read, problem = decoded(b"<a>\xff\xff</a>", content_type="text/xml; charset=euc-jp")
    assert read.startswith("<a>") and read.endswith("</a>") and "\ufffd" in read
    assert problem.startswith("is not all in euc_jp (byte 3 is wrong)")


@pytest.mark.parametrize(
    "name", ["punycode", "idna", "unicode_escape", "rot13", "undefined", "utf-7", "zip", "nonsense"]
)
def test_codecs_that_are_no_charsets_of_documents_are_not_used(name: str) -> None:
    body = f"<?xml version='1.0' encoding='{name}'?>".encode() + b"+ADw- \\u0041 caf\xe9"
    read, problem = decoded(body, content_type=f"text/xml; charset={name}")
    assert read.endswith("+ADw- \\u0041 café")
    assert problem == "is not in UTF-8 as it says; it is read as Windows-1252"


def test_a_series_of_declarations_costs_no_more_than_its_length() -> None:
    body = b"<?xml " + b"encoding='' " * 100_000
    assert decoded(body, content_type="charset=" * 10_000)[0] == body.decode()
