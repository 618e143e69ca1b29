"""The one model: what the stages hand each other, as immutable values with a schema version.

Every event is JSON on its topic, with `type` (which struct) and `v` (its schema version). Times are aware UTC.
Unknown fields are ignored, so that an older worker reads what a newer one wrote; a field is only ever added, with
a default. `v` changes when that is not enough.

Source: msgspec, which checks every type while it decodes; cost about 2 µs an event of 1 kB.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from monitor.base.errors import EventError

Kind = Literal["verbatim", "edited", "rewritten", "partial"]
FeedWord = Literal["ok", "slow", "failing", "gone", "silent"]
Confidence = Literal["high", "medium", "low"]

_DAY_S = 86_400


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of everything that travels on a topic."""

    v: int = 1


class ArticleRef(msgspec.Struct, frozen=True, kw_only=True):
    """An article without its text: what matches, stories and alerts say of it."""

    id: str
    url: str
    title: str = ""
    source: str = ""
    """The publisher, as a host name without `www.` (`reuters.com`); empty when unknown."""
    published_at: datetime | None = None
    first_seen_at: datetime
    language: str = ""
    """ISO 639-1 code; empty when it could not be told."""
    revision: int = 1
    quiet: bool = False
    """It was old already when it was first seen: it is matched against, and raises no alert."""
    revised_at: datetime | None = None
    """When this revision was seen; None for the first one."""

    @property
    def appeared_at(self) -> datetime:
        """When the article came out, as well as can be told: by its own date, unless it has none or one to come.

        When it was first seen depends on which feed was polled first: at intervals of minutes, a copy is often seen
        before its original. A date at midnight sharp is one without a time of day, and says nothing of who was first.
        """
        dated = self.published_at
        if dated is None or dated > self.first_seen_at or dated.timestamp() % _DAY_S == 0:
            return self.first_seen_at
        return dated

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """Key that puts articles in order of their publication; total, and the same on every worker."""
        return (self.appeared_at, self.first_seen_at, self.id)


class Article(Event, frozen=True, kw_only=True, tag="article"):
    """A new article or a revision, as its feed gave it: plain text with paragraphs as lines, not yet cleaned."""

    id: str
    url: str
    title: str = ""
    source: str = ""
    published_at: datetime | None = None
    first_seen_at: datetime
    language: str = ""
    revision: int = 1
    text: str
    links: tuple[str, ...] = ()
    """Canonical URLs on other hosts that the text links to: some articles credit their source by a link alone."""
    authors: tuple[str, ...] = ()
    feed_url: str = ""
    blocks: tuple[str, ...] = ()
    """Lines of the cleaned text that the source puts into many of its articles; they leave before fingerprinting."""
    quiet: bool = False
    """As in `ArticleRef`, like the next one."""
    revised_at: datetime | None = None

    def ref(self, language: str = "") -> ArticleRef:
        """The article without its text; `language` replaces a language that the feed did not give."""
        return ArticleRef(
            id=self.id,
            url=self.url,
            title=self.title,
            source=self.source,
            published_at=self.published_at,
            first_seen_at=self.first_seen_at,
            language=self.language or language,
            revision=self.revision,
            quiet=self.quiet,
            revised_at=self.revised_at,
        )


class Fingerprint(Event, frozen=True, kw_only=True, tag="fingerprint"):
    """What is computed once from an article's text; one copy goes to every shard of the index."""

    article: ArticleRef
    text: str
    """The cleaned text; all passage offsets count its characters."""
    credits: tuple[str, ...] = ()
    """Lines that name another source ('Story by Reuters'), as found before cleaning; authors that are agencies."""
    links: tuple[str, ...] = ()
    """As in the article."""
    signature: bytes
    """MinHash signature, uint32 little-endian."""
    samples: bytes = b""
    """Sampled hashes of rare word n-grams, uint64 little-endian: they find lifted passages."""


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that two articles share, as character offsets [start, end) of each cleaned text."""

    article: tuple[int, int]
    earlier: tuple[int, int]
    text: str
    """The passage as it stands in the later article."""
    similarity: float
    """Share of its words that agree with the earlier passage, 0 to 1."""


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A verified pair: the later article re-uses text of the earlier one."""

    article: ArticleRef
    earlier: ArticleRef
    kind: Kind
    score: float
    """Calibrated probability that text was re-used, 0 to 1."""
    jaccard: float
    """Jaccard similarity of the two articles' 3-word shingles."""
    containment: float
    """Share of the earlier article's words found in the passages."""
    coverage: float
    """Share of the later article's words found in the passages."""
    credited: bool = False
    credit: str = ""
    """The line, the words or the link that credit a source."""
    credited_to: tuple[str, ...] = ()
    """Who is credited: agencies by a host name (`reuters.com`), others by the source or the name that stands there."""
    credits_origin: bool = False
    """Whether the earlier article's source is among them; in an alert, that of the earlier article or of the story's
    origin."""
    earlier_credits: tuple[str, ...] = ()
    """Agencies that the earlier article credits: it has the text from them."""
    signs: tuple[str, ...] = ()
    """Signs that a machine rewrote the text, each as `word: explanation`."""
    passages: tuple[Passage, ...] = ()
    packed: bytes = b""
    """The later article's cleaned text, see `monitor.base.packed`: rules look for words in it, months later too. About
    2 kB."""


class ShardAnswer(Event, frozen=True, kw_only=True, tag="answer"):
    """One shard's verified matches for one fingerprint, best first; an empty answer counts too.

    A match may name the fingerprinted article as the *earlier* of the pair: two copies that arrive together can
    reach a shard in either order.
    """

    article: ArticleRef
    shard: int
    shards: int
    matches: tuple[Match, ...] = ()


class StoryRef(msgspec.Struct, frozen=True, kw_only=True):
    """A story as it stood when an article joined it."""

    id: str
    origin: ArticleRef
    articles: int
    sources: int
    origin_confidence: Confidence = "medium"
    """How sure it is that the origin was first: see `monitor.stories.origin.confidence`."""


class Alert(Event, frozen=True, kw_only=True, tag="alert"):
    """The event 'this article joined that story'."""

    alert_id: str
    at: datetime
    """When the article was first seen: part of the event, so that a repeat is the same to the byte."""
    article: ArticleRef
    story: StoryRef
    match: Match


class StoryUpdated(Event, frozen=True, kw_only=True, tag="story_updated"):
    """The event 'this story began elsewhere': an article that came to be known later is its origin."""

    alert_id: str
    at: datetime
    """When the new origin was first seen: part of the event, so that a repeat is the same to the byte."""
    previous_origin: ArticleRef
    """The article that the story's alerts have named as its origin until now."""
    story: StoryRef
    """The story with its new origin."""


class ArticleRevised(Event, frozen=True, kw_only=True, tag="article_revised"):
    """The event 'an article of this story has another text now'."""

    alert_id: str
    at: datetime
    """When the revision was seen."""
    article: ArticleRef
    story: StoryRef
    match: Match | None = None
    """What the new text re-uses of another source's; None when it does no more, or is the story's origin."""


AnyAlert = Alert | StoryUpdated | ArticleRevised
"""What is told to the receivers."""


class Notice(Event, frozen=True, kw_only=True, tag="notice"):
    """Something about the service itself that its users must know: an endpoint was disabled, a silence ended."""

    notice_id: str
    at: datetime
    kind: Literal["endpoint.disabled", "endpoint.enabled", "silence.ended"]
    """The `type` of the webhook that tells it."""
    about: str
    """Name of the endpoint, id of the silence."""
    reason: str
    """For people: what happened and what to do."""
    alerts: int | None = None
    """How many alerts it is about, where that is known."""


Format = Literal["json", "cloudevents", "slack", "teams", "discord", "apprise", "kafka"]


class SigningSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret that signs, `whsec_…`; a rotated one until its time is over."""

    value: str
    until: datetime | None = None


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A receiver: where, and signed with what."""

    name: str
    url: str
    secrets: tuple[SigningSecret, ...]
    """The current one first; none where nobody verifies."""
    format: Format = "json"

    def signing(self, now: datetime) -> list[str]:
        """The secrets that sign at this time, the current one first."""
        return [secret.value for secret in self.secrets if secret.until is None or now < secret.until]


class EndpointPut(Event, frozen=True, kw_only=True, tag="endpoint_put"):
    """The order to add an endpoint, or to change the one of this name."""

    order_id: str
    endpoint: Endpoint


class EndpointRemoved(Event, frozen=True, kw_only=True, tag="endpoint_removed"):
    """The order to forget an endpoint; what waits for it becomes dead letters."""

    order_id: str
    name: str


class RulePut(Event, frozen=True, kw_only=True, tag="rule_put"):
    """The order to add a rule, or to change the one of this name."""

    order_id: str
    name: str
    rule: str
    """JSON of `RuleSettings`."""


class RuleRemoved(Event, frozen=True, kw_only=True, tag="rule_removed"):
    """The order to forget a rule."""

    order_id: str
    name: str


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts that somebody does not want for a while: all that is given must fit, and at least one thing is given."""

    id: str
    author: str
    reason: str
    begins_at: datetime
    ends_at: datetime
    rule: str = ""
    story: str = ""
    source: str = ""
    """Of the new article, or of the story's origin; a host stands for its subdomains."""
    words: str = ""
    alerts: int = 0
    """How many alerts it has kept back."""


class SilencePut(Event, frozen=True, kw_only=True, tag="silence_put"):
    """The order to begin a silence, or to change the one of this id."""

    order_id: str
    silence: Silence


class SilenceLifted(Event, frozen=True, kw_only=True, tag="silence_lifted"):
    """The order to end a silence now."""

    order_id: str
    id: str


VerdictWord = Literal["relevant", "not_relevant", "wrong_match"]


class VerdictGiven(Event, frozen=True, kw_only=True, tag="verdict"):
    """One person's word on one alert; a later one of the same alert takes its place."""

    order_id: str
    alert_id: str
    word: VerdictWord
    author: str
    comment: str = ""
    at: datetime
    alerted_at: datetime
    story: str
    article: str
    source: str = ""


class StorySplit(Event, frozen=True, kw_only=True, tag="story_split"):
    """The order to take an article out of a story that it is in by mistake."""

    story: str
    article: str
    source: str = ""


class Delivery(Event, frozen=True, kw_only=True, tag="delivery"):
    """The task of handing one webhook body to one endpoint."""

    webhook_id: str
    endpoint: str
    """Name of the endpoint in the configuration."""
    alert_id: str
    body: str
    """The exact JSON that is signed and sent, the same over all attempts."""
    published_at: datetime | None = None
    created_at: datetime
    rule: str = ""
    """Name of the rule that sent it; empty for what no rule sends."""
    is_test: bool = False
    """It is attempted at a disabled endpoint too, and its success enables the endpoint again."""


class Redelivery(Event, frozen=True, kw_only=True, tag="redelivery"):
    """The order to hand a body to its endpoint once more, under the id that it had, whatever became of it before."""

    order_id: str
    """The same for a repeat of this event, which then changes nothing."""
    delivery: Delivery


class DeliveryAttempt(Event, frozen=True, kw_only=True, tag="attempt"):
    """How one attempt of a delivery ended."""

    webhook_id: str
    endpoint: str
    attempt: int
    """1 for the first."""
    at: datetime
    outcome: Literal["sent", "retry", "drop"]
    status: int = 0
    """HTTP status, 0 when there was no answer."""
    reason: str = ""
    answer: str = ""
    """The first 1,000 characters of the receiver's answer."""
    retry_at: datetime | None = None
    throttled: bool = False
    """The receiver asks for fewer requests, or is down or overloaded: 429, 502, 503, 504."""
    retry_after_s: float | None = None
    """What its Retry-After asked for."""
    took_s: float = 0.0
    """How long the attempt took, in seconds."""


class FeedEntry(Event, frozen=True, kw_only=True, tag="entry"):
    """One item of a polled feed, turned into an article that is not yet known to be new."""

    article: Article
    digest: str = ""
    """Of the title and text that the feed gave; the article may have those of its page. Empty: they are the same."""
    page: Literal["", "read", "missing"] = ""
    """Whether the text was read from the article's page, or that page could not be had; empty when the feed's text is all
    that there is, or all that is needed."""
    names: tuple[str, ...] = ()
    """Digests of its GUID and of its title and text, under which it is found again at another address."""


class FeedEntries(Event, frozen=True, kw_only=True, tag="entries"):
    """Entries of one document, oldest first; a long one is several of these."""

    entries: tuple[FeedEntry, ...]


class FeedPolled(Event, frozen=True, kw_only=True, tag="polled"):
    """The end of one poll of one feed: what to send with the next request, and when."""

    feed_url: str
    at: datetime
    status: int = 0
    etag: str = ""
    last_modified: str = ""
    entries: int = 0
    rejected: int = 0
    """Entries that could not be read as an article; `problems` says why."""
    error: str = ""
    """Fixed word for what went wrong, empty after success."""
    message: str = ""
    problems: tuple[str, ...] = ()
    retry_after_s: float | None = None
    fresh: int = 0
    """Entries that were new or revised."""
    took_s: float = 0.0
    asked_wait_s: float | None = None
    """The longest pause that the feed asks for: `ttl`, `sy:updatePeriod`, `Cache-Control`."""
    moved_to: str = ""
    """Where the feed has moved, by permanent redirects alone."""


class FeedHealth(Event, frozen=True, kw_only=True, tag="feed_health"):
    """How a feed does, after a poll that changed it, and after each one while it is not well."""

    feed_url: str
    at: datetime
    word: FeedWord
    was: FeedWord = "ok"
    reason: str = ""
    since: datetime | None = None
    next_poll_at: datetime

    @property
    def told_as(self) -> Literal["feed.failing", "feed.recovered", ""]:
        """The event that tells an operator of the change; empty when it is none that must be told."""
        broken, was_broken = self.word in ("failing", "gone"), self.was in ("failing", "gone")
        if broken == was_broken:
            return ""
        return "feed.failing" if broken else "feed.recovered"


class Tick(Event, frozen=True, kw_only=True, tag="tick"):
    """Time as an event: schedules, retries, timeouts and expiry are decided while a tick is processed."""

    at: datetime


class DeadLetter(Event, frozen=True, kw_only=True, tag="dead_letter"):
    """A message that could not be processed, whole, with the reason; it can be inspected and sent again."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    stage: str
    reason: str
    at: datetime


AnyEvent = (
    Article
    | Fingerprint
    | ShardAnswer
    | Alert
    | StoryUpdated
    | ArticleRevised
    | Notice
    | EndpointPut
    | EndpointRemoved
    | RulePut
    | RuleRemoved
    | SilencePut
    | SilenceLifted
    | VerdictGiven
    | StorySplit
    | Delivery
    | Redelivery
    | DeliveryAttempt
    | FeedEntry
    | FeedEntries
    | FeedPolled
    | FeedHealth
    | Tick
    | DeadLetter
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(event: Event) -> bytes:
    """JSON of an event, the same bytes for the same event."""
    return _encoder.encode(event)


def decode(data: bytes) -> AnyEvent:
    """Event of its JSON.

    Raises: EventError: not JSON, an unknown `type`, or a field that is missing or of the wrong type.
    """
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EventError(f"not a Wirewatch event ({error}): {data[:80]!r}") from None
