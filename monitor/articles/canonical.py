"""One URL for one article, however feeds and newsletters decorate it."""

from __future__ import annotations

import re

from yarl import URL

MAX_URL_CHARS = 2_000
"""Longer ones are no addresses of articles: browsers and proxies refuse them from 2,000 to 8,000 on."""

# yarl lets white space and other signs pass that IDNA makes of look-alikes.
_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
_TRACKING_PREFIXES = ("utm_", "at_", "mtm_", "pk_", "hsa_", "wt.", "ns_")
_TRACKING = frozenset(
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh mc_cid mc_eid mkt_tok _ga _gl"
    " _hsenc _hsmi s_cid ref_src ref_url cmpid ocid ftag xtor ito smid sref guccounter guce_referrer"
    " guce_referrer_sig oly_anon_id oly_enc_id vero_id wickedid".split()
)
"""Query parameters that say where a reader came from, never what is read."""


_AMP_CACHE = re.compile(
    r"https?://(?:[a-z0-9-]+\.cdn\.ampproject\.org/[acv]/(?:s/)?|www\.google\.[a-z.]+/amp/(?:s/)?)(.+)"
)
_HOST_PREFIX = re.compile(r"^(?:(?:www|m|mobile|mobil|touch|amp|wap)\.)+(?=[^.]+\.)")
_AMP_PATH = re.compile(r"^/amp(?=/)|/amp(?:html)?/?$|\.amp(?=\.html?$|$)")
_AMP_QUERY = frozenset(
    {"amp", "amp=1", "amp=true", "amp=amp", "outputtype=amp", "outputtype=amp-type", "output=amp", "m=1"}
)


def canonical_url(url: str) -> str:
    """The URL that stands for an article, or nothing when `url` is no http or https URL.

    Without fragment, user, tracking parameters and default port; the host in lower case and ASCII; percent-encoding
    and `..` normalised. Canonical URLs stay as they are. The order of other parameters is kept: it may matter.

    Source: RFC 3986, section 6.
    """
    try:
        whole = URL(url.strip())
        host = (whole.host_subcomponent or "").lower()
        if whole.scheme not in ("http", "https") or not _HOST.fullmatch(host):
            return ""
        query = "&".join(part for part in whole.raw_query_string.split("&") if part and not _tracks(part))
        canonical = str(
            URL.build(
                scheme=whole.scheme,
                host=host,
                port=whole.explicit_port,
                path=whole.raw_path or "/",
                query_string=query,
                encoded=True,
            )
        )
    except ValueError:
        return ""
    return canonical if len(canonical) <= MAX_URL_CHARS else ""


def identity_url(url: str) -> str:
    """What two addresses of one article have in common: its id is made from this.

    Without scheme, `www.`, mobile hosts, AMP, and the last slash; an AMP cache stands for the site that it caches. It is
    no address to ask for.

    Args: url: a canonical one.
    Source: AMP cache URLs (amp.dev); the hosts and paths of sites that publish for phones apart.
    """
    cached = _AMP_CACHE.match(url)
    rest = cached[1] if cached else url.partition("://")[2]
    host, slash, path = rest.partition("/")
    path, mark, fragment = (slash + path).partition("#")
    path, _, query = path.partition("?")
    host = _HOST_PREFIX.sub("", host) if host.count(".") > 1 else host
    path = _AMP_PATH.sub("", path).rstrip("/")
    query = "&".join(part for part in query.split("&") if part and part.lower() not in _AMP_QUERY)
    return f"{host}{path}{'?' if query else ''}{query}{mark}{fragment}"


def _tracks(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)
