"""News agencies: the hosts that they publish on and the names by which others credit them."""

from __future__ import annotations

import re
from functools import lru_cache

AGENCIES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("reuters.com",): ("Reuters", "Рейтер", "Рейтерс", "路透社", "路透", "ロイター", "로이터", "رويترز"),
    ("apnews.com", "ap.org"): ("Associated Press", "AP", "美联社", "AP通信", "АП"),
    ("afp.com",): ("Agence France-Presse", "Agence France Presse", "AFP", "法新社", "AFP通信", "АФП"),
    ("dpa.com", "dpa-international.com"): ("Deutsche Presse-Agentur", "dpa"),
    ("apa.at",): ("Austria Presse Agentur", "APA"),
    ("ansa.it",): ("ANSA",),
    ("efe.com",): ("Agencia EFE", "EFE"),
    ("europapress.es",): ("Europa Press",),
    ("lusa.pt",): ("Agência Lusa", "Lusa"),
    ("belga.be", "belganewsagency.eu"): ("Belga",),
    ("anp.nl",): ("Algemeen Nederlands Persbureau", "ANP"),
    ("pa.media",): ("Press Association", "PA Media"),
    ("tt.se",): ("TT Nyhetsbyrån", "TT"),
    ("ntb.no",): ("NTB",),
    ("ritzau.dk", "ritzau.com"): ("Ritzau",),
    ("stt.fi",): ("STT",),
    ("pap.pl",): ("Polska Agencja Prasowa", "PAP"),
    ("ctk.cz", "ceskenoviny.cz"): ("Česká tisková kancelář", "ČTK", "CTK"),
    ("mti.hu",): ("MTI",),
    ("hina.hr",): ("Hina",),
    ("tanjug.rs",): ("Tanjug", "Танјуг"),
    ("aa.com.tr",): ("Anadolu Agency", "Anadolu Ajansı", "Anadolu"),
    ("tass.com", "tass.ru"): ("TASS", "ТАСС"),
    ("interfax.com", "interfax.ru"): ("Interfax", "Интерфакс"),
    ("ukrinform.net", "ukrinform.ua"): ("Ukrinform", "Укрінформ"),
    ("xinhuanet.com", "news.cn"): ("Xinhua", "新华社", "新華社"),
    ("cna.com.tw",): ("Central News Agency", "CNA", "中央社"),
    ("kyodonews.net", "kyodonews.jp"): ("Kyodo", "共同通信", "共同社", "共同"),
    ("jiji.com",): ("Jiji", "時事通信", "时事社"),
    ("yna.co.kr",): ("Yonhap", "연합뉴스", "韩联社"),
    ("ptinews.com",): ("Press Trust of India", "PTI"),
    ("aninews.in",): ("ANI",),
    ("ians.in",): ("IANS",),
    ("upi.com",): ("United Press International", "UPI"),
    ("bloomberg.com",): ("Bloomberg",),
}
"""Names by hosts; the first host stands for the agency."""

_UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_NAMES = {hosts[0]: names for hosts, names in AGENCIES.items()}
_HOSTS = {host: hosts[0] for hosts in AGENCIES for host in hosts}


@lru_cache(4096)
def publisher(source: str) -> str:
    """The publisher behind a host name: `reuters.com` for `uk.reuters.com`; of others than agencies the host itself."""
    host = source.lower().removeprefix("www.")
    labels = host.split(".")
    parents = (".".join(labels[at:]) for at in range(len(labels)))
    return next((_HOSTS[parent] for parent in parents if parent in _HOSTS), host)


def names_of(source: str) -> tuple[str, ...]:
    """The names of the agency that publishes on a host; empty for every other publisher."""
    return _NAMES.get(publisher(source), ())


def agencies_in(text: str) -> tuple[str, ...]:
    """The agencies that a short text names, by their first hosts, in the order of their first mention."""
    return tuple(dict.fromkeys(_BY_NAME[found.group(0).casefold()] for found in _ANY_NAME.finditer(text)))


def pattern_of(name: str) -> str:
    """A regular expression for a name as a word of its own; short ones in their own capitals only (`AP`, `dpa`)."""
    word = re.escape(name)
    if _UNSPACED.search(name):
        return word
    return rf"(?<!\w)(?-i:{word})(?!\w)" if len(name) <= _SHORT else rf"(?<!\w){word}(?!\w)"


_SHORT = 4
_BY_NAME = {name.casefold(): hosts[0] for hosts, names in AGENCIES.items() for name in names}
_ANY_NAME = re.compile(
    "|".join(pattern_of(name) for names in AGENCIES.values() for name in sorted(names, key=len, reverse=True)),
    re.IGNORECASE,
)
