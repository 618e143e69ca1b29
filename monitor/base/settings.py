"""The configuration: one TOML file, environment variables over it, a default for every key.

`load` reports every mistake at once, each with the key, the reason and the mend. Environment: `WIREWATCH_` and the
keys joined by two underscores (`WIREWATCH_BROKER__URL`); with `_FILE` added to the name, the value is read from the
file that the variable names, as container platforms hand over secrets.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from yarl import URL

from monitor.base.errors import ConfigError
from monitor.base.events import Format, Kind
from monitor.base.hours import parse_gathering, parse_hours
from monitor.base.words import compile_words

ENV_PREFIX = "WIREWATCH_"
MIN_TOKEN = 16
SIGNED = frozenset({"json", "cloudevents"})
"""Formats whose receivers verify a signature."""
NAME = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""Of what people name: endpoints and rules."""


def _http_url(value: str) -> str:
    url = URL(value)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("must be an http:// or https:// URL with a host")
    return value


def _broker_url(value: str) -> str:
    url = URL(value)
    if url.scheme == "kafka" and url.host:
        return value
    # Three slashes and a path: with two, the first folder would be read as a host name.
    if url.scheme == "sqlite" and not url.host and url.path not in ("", "/"):
        return value
    raise ValueError("must be sqlite:///PATH (embedded broker) or kafka://HOST:PORT")


def _secret(value: SecretStr) -> SecretStr:
    prefix, _, encoded = value.get_secret_value().partition("_")
    try:
        size = len(base64.b64decode(encoded, validate=True))
    except binascii.Error:
        size = 0
    # The range that the Standard Webhooks specification allows.
    if prefix != "whsec" or not 24 <= size <= 64:
        raise ValueError("must be 'whsec_' and the base64 of 24 to 64 bytes")
    return value


def _words(value: str) -> str:
    if value.strip():
        compile_words(value)
    return value


def _hours(value: str) -> str:
    if value:
        parse_hours(value)
    return value


def _gather(value: str) -> str:
    if value:
        parse_gathering(value)
    return value


def _token(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if text and (len(text) < MIN_TOKEN or not text.isascii() or not text.isprintable() or " " in text):
        raise ValueError(f"must be {MIN_TOKEN} or more characters without spaces; make one with: openssl rand -hex 24")
    return value


HttpUrl = Annotated[str, AfterValidator(_http_url)]
BrokerUrl = Annotated[str, AfterValidator(_broker_url)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_secret)]
Words = Annotated[str, AfterValidator(_words)]
HoursOfWeek = Annotated[str, AfterValidator(_hours)]
GatherTime = Annotated[str, AfterValidator(_gather)]
WebToken = Annotated[SecretStr, AfterValidator(_token)]


class Section(BaseModel):
    """One table of the file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class BrokerSettings(Section):
    """Where the topics live, and in how many parts."""

    url: BrokerUrl = "sqlite:///wirewatch.db"
    partitions: int = Field(4, ge=1, le=256)
    """Partitions of the articles and feeds topics; set once."""
    shards: int = Field(1, ge=1, le=256)
    """Parts of the index; every fingerprint goes to each of them; set once."""
    replication: int = Field(1, ge=1, le=7)
    """Copies that Kafka keeps of each topic; the embedded broker has one."""


class FetchSettings(Section):
    """Limits of one HTTP request to a publisher."""

    timeout_s: float = Field(30.0, gt=0, le=300)
    max_body_bytes: int = Field(15 * 1024 * 1024, ge=1024)
    """After decompression; 15 MiB is the limit of miniflux."""
    max_redirects: int = Field(5, ge=0, le=20)
    max_entries: int = Field(2000, ge=1)
    """Entries read of one document; the rest is reported."""
    user_agent: str = "Wirewatch/0.1 (+https://github.com/wirewatch/wirewatch)"
    allow_private_addresses: bool = False
    """True lets feeds and webhooks lead to loopback and private networks."""


class PollSettings(Section):
    """When feeds are polled."""

    interval_s: float = Field(300.0, gt=0)
    """Shortest wait between two polls of a feed that has no interval of its own; it is longer for feeds that bring little."""
    max_interval_s: float = Field(86_400.0, gt=0)
    """Longest wait between two polls of a feed that works."""
    max_backoff_s: float = Field(86_400.0, gt=0)
    """Longest wait after failures: a feed is never given up."""
    jitter: float = Field(0.1, ge=0, le=0.5)
    """Share of the interval by which each wait is varied, so that feeds do not march in step."""
    concurrency: int = Field(32, ge=1, le=1000)
    host_concurrency: int = Field(2, ge=1, le=100)
    """Requests under way at one publisher's host."""
    host_spacing_s: float = Field(0.5, ge=0, le=600)
    """Between the starts of two requests to one host."""
    host_scope: Literal["host", "domain"] = "host"
    """Whether `a.blogs.example` and `b.blogs.example` count as two places, or as one."""
    quiet_after_s: float = Field(86_400.0, ge=0)
    """An article that is older when it is first seen raises no alert: the first poll of a feed brings many."""
    feeds_file: str = "wirewatch-feeds.opml"
    """The list that `wirewatch feeds` changes, read while the service runs; empty for none."""
    tick_s: float = Field(1.0, gt=0, le=60)


class PageSettings(Section):
    """Articles whose feed gives a teaser only are read from their pages."""

    full_text: bool = True
    teaser_words: int = Field(120, ge=0, le=10_000)
    """A text of fewer words is a teaser."""
    concurrency: int = Field(8, ge=1, le=200)
    """Pages under way at a time, in each process."""
    host_spacing_s: float = Field(1.0, ge=0, le=600)
    """Between the starts of two requests for pages of one host; more when its robots.txt asks for it."""
    max_a_poll: int = Field(50, ge=0, le=2000)
    """Pages read after one poll of one feed; the newest articles' first."""
    max_body_bytes: int = Field(5 * 1024 * 1024, ge=1024)
    obey_robots: bool = True
    """Whether robots.txt is heeded. Only for sites of your own it may be false."""


class FeedSettings(Section):
    """One feed."""

    url: HttpUrl
    source: str = ""
    """The publisher; by default the host of each article's URL without `www.`."""
    interval_s: float | None = Field(None, gt=0)
    urgent: bool = False
    """Polled every minute at least."""
    paused: bool = False
    full_text: bool = True
    """False: teasers of this feed are taken as they are."""


class MatchSettings(Section):
    """What counts as a match, and for how long an article is remembered."""

    min_score: float = Field(0.65, ge=0, le=1)
    retention_days: float = Field(14.0, gt=0)
    max_candidates: int = Field(50, ge=1, le=1000)
    gather_timeout_s: float = Field(30.0, gt=0)
    """How long the decision on an article waits for the last shard; a later answer corrects it."""


class WebhookSettings(Section):
    """One endpoint that every alert is sent to."""

    name: str = Field(pattern=NAME)
    url: str
    """http(s):// for what is posted; any address of apprise with `format = "apprise"`; kafka://HOST:PORT/TOPIC."""
    format: Format = "json"
    secret: WebhookSecret = SecretStr("")
    """What `json` and `cloudevents` are signed with; the others have their secret in the address."""
    previous_secrets: tuple[WebhookSecret, ...] = Field((), max_length=4)
    """They sign too while the receiver changes to `secret`."""

    @model_validator(mode="after")
    def _is_whole(self) -> WebhookSettings:
        if self.format == "kafka":
            url = URL(self.url)
            if url.scheme != "kafka" or not url.host or len(url.parts) != 2 or not url.parts[1]:
                raise ValueError("url: must be kafka://HOST:PORT/TOPIC")
        elif self.format == "apprise":
            if "://" not in self.url:
                raise ValueError("url: must be an address of apprise, such as mailto://user:password@example.org")
        else:
            try:
                _http_url(self.url)
            except ValueError as error:
                raise ValueError(f"url: {error}") from None
        if self.format in SIGNED and not self.secret.get_secret_value():
            raise ValueError("secret: is needed, 'whsec_' and the base64 of 24 to 64 bytes")
        return self


class RuleSettings(Section):
    """Who is told of what: every condition that is given must hold. Who a source is, is a group or a host name."""

    name: str = Field(pattern=NAME)
    to: tuple[str, ...] = ()
    """Names of webhooks; empty for all."""
    origin: tuple[str, ...] = ()
    """Whose text it is: the story's origin, or the earlier article that matches."""
    copier: tuple[str, ...] = ()
    """Who re-used it."""
    kinds: tuple[Kind, ...] = ()
    min_score: float = Field(0.0, ge=0, le=1)
    min_containment: float = Field(0.0, ge=0, le=1)
    min_coverage: float = Field(0.0, ge=0, le=1)
    credited: Literal["any", "yes", "no", "origin"] = "any"
    """`origin`: the earlier article's source or the story's origin is credited; `no`: nobody is."""
    languages: tuple[str, ...] = ()
    words: Words = ""
    """In the titles or the new article's text, see `monitor.base.words`."""
    min_outlets: int = Field(0, ge=0)
    """Publishers that carry the story: with 5, one is told when five do."""
    hours: HoursOfWeek = ""
    """When one is told, see `monitor.base.hours`; what comes outside waits for them."""
    licensed: bool = False
    """True also tells of copies that a licence allows."""
    per_story: Literal["grow", "each"] = "grow"
    """`grow`: a story is told once, and again at the numbers of outlets in `updates_at`; `each`: each article."""
    updates_at: tuple[int, ...] = (5, 10, 25, 50, 100)
    revisions: Literal["told", "all", "none"] = "told"
    """Later texts of articles that it has told, of all that are in a story and meet its conditions, or of none."""
    gather: GatherTime = ""
    """What comes is told together, see `monitor.base.hours.parse_gathering`; empty for each at once."""
    max_per_hour: int = Field(0, ge=0)
    """More than these in an hour are told together at its end; 0 for no limit."""


class LicenceSettings(Section):
    """Who may copy whom: such copies are expected; they are counted, and told by no rule that does not ask for them."""

    of: tuple[str, ...] = Field(min_length=1)
    to: tuple[str, ...] = Field(min_length=1)


class DeliverySettings(Section):
    """How often and how long a delivery is tried."""

    timeout_s: float = Field(20.0, gt=0, le=60)
    schedule_s: tuple[float, ...] = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
    """Waits before the second and later attempts (Standard Webhooks); after the last one: a dead letter."""
    jitter: float = Field(0.1, ge=0, le=0.5)
    concurrency: int = Field(8, ge=1, le=100)
    """Attempts under way at one endpoint; one at a time while it fails or throttles."""
    disable_after_s: float = Field(432_000.0, gt=0)
    """An endpoint that has failed without a success for this long is disabled; 5 days (Standard Webhooks)."""
    max_waiting: int = Field(10_000, ge=1)
    """Deliveries that wait for one endpoint; what comes after them becomes a dead letter at once, so that an endpoint
    that is down cannot fill the memory."""
    notices_to: tuple[str, ...] = ()
    """Names of the webhooks that are told of a disabled one; empty for all others."""


class WebSettings(Section):
    """The page, the metrics and the health checks."""

    host: str = "127.0.0.1"
    port: int = Field(6066, ge=0, le=65_535)
    """0 takes a free port."""
    token: WebToken = SecretStr("")
    """What commands and API clients prove with that they may change something; empty: nothing can be changed."""


class LogSettings(Section):
    """What the service writes to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"
    """`json`: one object a line, for programs that gather logs."""


class Settings(Section):
    """The whole configuration."""

    broker: BrokerSettings = BrokerSettings()
    fetch: FetchSettings = FetchSettings()
    poll: PollSettings = PollSettings()
    pages: PageSettings = PageSettings()
    match: MatchSettings = MatchSettings()
    delivery: DeliverySettings = DeliverySettings()
    web: WebSettings = WebSettings()
    log: LogSettings = LogSettings()
    feeds: tuple[FeedSettings, ...] = ()
    webhooks: tuple[WebhookSettings, ...] = ()
    groups: dict[str, tuple[str, ...]] = {}
    """Sources by the name of their group (mine, partners, rivals)."""
    licences: tuple[LicenceSettings, ...] = ()
    rules: tuple[RuleSettings, ...] = ()
    """Without any, every alert goes to every webhook."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Settings:
        for key, names in (
            ("feeds: url", [feed.url for feed in self.feeds]),
            ("webhooks: name", [hook.name for hook in self.webhooks]),
            ("rules: name", [rule.name for rule in self.rules]),
        ):
            doubled = sorted({name for name in names if names.count(name) > 1})
            if doubled:
                raise ValueError(f"{key} {doubled[0]!r} stands there twice; keep one of them")
        return self

    @model_validator(mode="after")
    def _sources_are_known(self) -> Settings:
        for licence in self.licences:
            for name in (*licence.of, *licence.to):
                check_source(name, self.groups, "licences")
        for rule in self.rules:
            for name in (*rule.origin, *rule.copier):
                check_source(name, self.groups, f"rules: {rule.name}")
        return self


def check_source(name: str, groups: Iterable[str], where: str) -> None:
    """Raises: ValueError: a word is neither one of the groups nor a host name."""
    known = list(groups)
    if name not in known and "." not in name:
        near = difflib.get_close_matches(name, known, n=1)
        mend = f"did you mean {near[0]!r}?" if near else "give a group of [groups], or a host name such as reuters.com"
        raise ValueError(f"{where}: there is no group {name!r}; {mend}")


def load(path: Path | None = None, *, environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from a TOML file, the environment over it, and `overrides` (command-line options) over both.

    Args: path: the file; None takes defaults only. overrides: whole sections' values by dotted key with `__`,
        e.g. `broker__url="kafka://…"`; None is skipped.
    Raises: ConfigError: every mistake at once; nothing is half loaded.
    """
    values, faults = _read_toml(path) if path else ({}, [])
    layers, env_faults = _environment(os.environ if environ is None else environ)
    faults += env_faults
    for key, value in [*layers, *((key.split("__"), value) for key, value in overrides.items() if value is not None)]:
        faults += _put(values, key, value)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigError(faults + [_fault(values, item) for item in error.errors()]) from None
    if faults:
        raise ConfigError(faults)
    return settings


def _read_toml(path: Path) -> tuple[dict[str, Any], list[str]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), []
    except OSError as error:
        return {}, [f"{path}: cannot be read ({error.strerror}); give an existing file with --config"]
    except UnicodeDecodeError as error:
        return {}, [f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8"]
    except tomllib.TOMLDecodeError as error:
        return {}, [f"{path}: is not TOML ({error})"]


_NAMED_FILE = frozenset(
    f"{section}__{key}".upper()
    for section, field in Settings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
    for key in field.annotation.model_fields
    if key.endswith("_file")
)
"""Keys that end like the variables that name the file of a value."""


def _environment(environ: Mapping[str, str]) -> tuple[list[tuple[list[str], str]], list[str]]:
    layers, faults = [], []
    for name, value in sorted(environ.items()):
        if not name.startswith(ENV_PREFIX):
            continue
        key = name.removeprefix(ENV_PREFIX)
        if key.endswith("_FILE") and key not in _NAMED_FILE:
            key = key.removesuffix("_FILE")
            try:
                value = Path(value).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                faults.append(f"{name}: the file {value!r} cannot be read ({error})")
                continue
        layers.append((key.lower().split("__"), value))
    return layers, faults


def _put(values: dict[str, Any], keys: list[str], value: Any) -> list[str]:
    """Set a value under its keys; a number among the keys counts into a list (`webhooks__0__secret`)."""
    place: Any = values
    for at, key in enumerate(keys):
        last = at == len(keys) - 1
        if isinstance(place, list):
            if not key.isdigit() or int(key) >= len(place):
                return [f"{'.'.join(keys)}: the list has {len(place)} entries, counted from 0; {key!r} is none of them"]
            index: Any = int(key)
        elif isinstance(place, dict):
            index = key
            if not last:
                place.setdefault(key, {})
        else:
            return [f"{'.'.join(keys)}: {keys[at - 1]!r} is a value, not a table"]
        if last:
            place[index] = value
        else:
            place = place[index]
    return []


def _fault(values: Mapping[str, Any], item: Any) -> str:
    """One pydantic error as a line: the key, the reason, the mend."""
    where = item["loc"]
    name = ".".join(str(part) for part in where) or "configuration"
    if item["type"] != "extra_forbidden":
        return f"{name}: {item['msg'].removeprefix('Value error, ')}{_given(values, where)}"
    known = _keys_at(where[:-1])
    near = difflib.get_close_matches(str(where[-1]), known, n=1, cutoff=0.0)
    return f"{name}: there is no such key; did you mean {near[0]!r}?" if near else f"{name}: there is no such key"


def _given(values: Any, where: tuple[int | str, ...]) -> str:
    """What the user wrote there, unless it may be a secret."""
    if any("secret" in str(part) or part == "token" for part in where):
        return ""
    for part in where:
        try:
            values = values[part]
        except (KeyError, IndexError, TypeError):
            return ""
    return f" (given: {values!r:.80})" if isinstance(values, str | int | float) else ""


def _keys_at(where: tuple[int | str, ...]) -> list[str]:
    """The keys that the section at `where` knows."""
    model: type[BaseModel] = Settings
    for part in where:
        if isinstance(part, int):
            continue
        annotation: Any = model.model_fields[str(part)].annotation
        for candidate in (annotation, *getattr(annotation, "__args__", ())):
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                model = candidate
    return list(model.model_fields)
