"""The part of the API that alerts are managed with: endpoints, the log of deliveries, redelivery, dead letters.

It checks what it is asked and words the answer; `Desk` does it.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Protocol, TypeVar

from aiohttp import web
from multidict import MultiMapping
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from yarl import URL

from monitor.alerts.endpoint import configured
from monitor.base.events import Endpoint, VerdictWord
from monitor.base.moment import moment, span
from monitor.base.settings import SIGNED, RuleSettings, WebhookSecret, WebhookSettings, Words
from monitor.web.query import check_names, one_of, whole_number
from monitor.web.refusal import Refused as Refusal
from monitor.web.refusal import json_response

__all__ = ["Choice", "Desk", "Refusal", "alerting_routes", "new_secret"]

MAX_LISTED = 1000
OVERLAP = timedelta(hours=24)
"""How long a secret that was rotated signs too."""


@dataclass(frozen=True)
class Choice:
    """Which deliveries are meant."""

    which: Literal["all", "failed", "missed"] = "all"
    endpoint: str | None = None
    ids: frozenset[str] = frozenset()
    """Values of `webhook-id`; empty for any."""
    since: datetime | None = None
    until: datetime | None = None


class Desk(Protocol):
    """What takes the orders. All methods raise `Refusal` for what cannot be done."""

    def endpoints(self) -> list[dict[str, Any]]:
        """Every endpoint with how it does."""

    async def put_endpoint(self, endpoint: Endpoint) -> None:
        """Add or change an endpoint."""

    async def remove_endpoint(self, name: str) -> None:
        """Forget an endpoint."""

    async def rotate(self, name: str, secret: str, overlap: timedelta) -> None:
        """Sign with a new secret, and with the old one for a while too."""

    async def test(self, name: str) -> dict[str, Any]:
        """Send a test and wait for its end."""

    async def deliveries(self, choice: Choice, limit: int) -> list[dict[str, Any]]:
        """The latest deliveries, newest first."""

    async def delivery(self, wanted: str) -> dict[str, Any]:
        """One delivery with its attempts and its body."""

    async def redeliver(self, choice: Choice) -> int:
        """Send again; returns how many."""

    async def replay(self, name: str, since: datetime, until: datetime | None) -> int:
        """Deliver earlier alerts to an endpoint; returns how many."""

    def rules(self) -> list[dict[str, Any]]:
        """The rules in effect."""

    async def put_rule(self, settings: RuleSettings) -> None:
        """Add or change a rule."""

    async def remove_rule(self, name: str) -> None:
        """Forget a rule."""

    async def try_rule(self, given: str | RuleSettings, since: datetime) -> dict[str, Any]:
        """What a rule would have sent."""

    def silences(self) -> list[dict[str, Any]]:
        """The silences that have not ended."""

    async def put_silence(self, wanted: SilenceBody) -> str:
        """Begin a silence; returns its id."""

    async def lift_silence(self, name: str) -> None:
        """End a silence now."""

    def verdicts(self) -> list[dict[str, Any]]:
        """Precision by week."""

    async def judge(self, alert_id: str, word: VerdictWord, author: str, comment: str) -> None:
        """Keep a verdict on an alert."""

    async def dead_letters(self, limit: int) -> list[dict[str, Any]]:
        """The latest dead letters, newest first."""

    async def dead_letter(self, number: int) -> dict[str, Any]:
        """One dead letter, whole."""

    async def resend(self, number: int) -> str:
        """Put a dead letter back where it came from; returns the topic."""

    async def alerts_after(self, cursor: int, limit: int) -> tuple[list[dict[str, Any]], int]:
        """Alert events after a cursor, oldest first, and the next cursor."""


def alerting_routes(desk: Desk, clock: Callable[[], datetime]) -> Sequence[web.RouteDef]:
    """The routes, for `Application.add_routes`."""
    api = Api(desk, clock)
    base = "/api/v1"
    return [
        web.get(f"{base}/endpoints", api.endpoints),
        web.post(f"{base}/endpoints", api.add_endpoint),
        web.delete(f"{base}/endpoints/{{name}}", api.remove_endpoint),
        web.post(f"{base}/endpoints/{{name}}/rotate", api.rotate),
        web.post(f"{base}/endpoints/{{name}}/test", api.test),
        web.get(f"{base}/deliveries", api.deliveries),
        web.get(f"{base}/deliveries/{{id}}", api.delivery),
        web.post(f"{base}/redeliveries", api.redeliver),
        web.get(f"{base}/rules", api.rules),
        web.post(f"{base}/rules", api.put_rule),
        web.delete(f"{base}/rules/{{name}}", api.remove_rule),
        web.post(f"{base}/rules/test", api.try_rule),
        web.get(f"{base}/silences", api.silences),
        web.post(f"{base}/silences", api.put_silence),
        web.delete(f"{base}/silences/{{name}}", api.lift_silence),
        web.get(f"{base}/verdicts", api.verdicts),
        web.post(f"{base}/verdicts", api.judge),
        web.get(f"{base}/dead-letters", api.dead_letters),
        web.get(f"{base}/dead-letters/{{number}}", api.dead_letter),
        web.post(f"{base}/dead-letters/{{number}}/resend", api.resend),
    ]


class Body(BaseModel):
    """A JSON body: an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RotateBody(Body):
    """`overlap`: how long both secrets sign (`24h`)."""

    secret: WebhookSecret | None = None
    overlap: Annotated[timedelta, BeforeValidator(lambda text: span(str(text)))] = OVERLAP


class RedeliverBody(Body):
    """What to send again: by `ids`, or of an endpoint all that `failed`, all that it `missed`, or `all`, in a range.

    With `history`, earlier alerts are delivered to the endpoint, whether or not it was there then.
    """

    which: Literal["all", "failed", "missed", "history"] = "all"
    endpoint: str | None = None
    ids: frozenset[str] = frozenset()
    since: str | None = None
    until: str | None = None


class TrialBody(Body):
    """A rule of those in effect by its name, or another one, and since when it is tried."""

    rule: str | RuleSettings
    since: str = "7d"


class SilenceBody(Body):
    """Who silences what, why, and for how long (`length`: `2h`, `7d`); all that is given must fit."""

    author: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=1000)
    length: Annotated[timedelta, BeforeValidator(lambda text: span(str(text)))]
    rule: str = ""
    story: str = ""
    source: str = ""
    words: Words = ""


class VerdictBody(Body):
    """One person's word on one alert."""

    alert_id: str = Field(max_length=100)
    verdict: VerdictWord
    author: str = Field(min_length=1, max_length=200)
    comment: str = Field("", max_length=1000)


B = TypeVar("B", bound=BaseModel)


class Api:
    """The handlers."""

    def __init__(self, desk: Desk, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._clock = clock

    async def endpoints(self, request: web.Request) -> web.Response:
        """`GET /api/v1/endpoints`: each with how it does; addresses are shortened, since some hold a secret."""
        check_names(request.query, ())
        shown = [one | {"url": shortened(one["url"])} for one in self._desk.endpoints()]
        return json_response({"endpoints": shown})

    async def add_endpoint(self, request: web.Request) -> web.Response:
        """`POST /api/v1/endpoints` with `name`, `url`, and a `secret` or one is made: answered with the secret, once."""
        given = await _object(request)
        if given.get("format", "json") in SIGNED:
            given.setdefault("secret", new_secret())
        settings = _checked(WebhookSettings, given)
        if settings.format == "apprise":
            # It opens connections of its own, which no guard of addresses sees.
            raise Refusal(400, "endpoints of apprise stand in the configuration only", "add it there and restart")
        await self._desk.put_endpoint(configured(settings))
        return json_response({"name": settings.name, "secret": settings.secret.get_secret_value()}, 201)

    async def remove_endpoint(self, request: web.Request) -> web.Response:
        """`DELETE /api/v1/endpoints/NAME`."""
        await self._desk.remove_endpoint(request.match_info["name"])
        return json_response({"removed": request.match_info["name"]})

    async def rotate(self, request: web.Request) -> web.Response:
        """`POST /api/v1/endpoints/NAME/rotate`: answered with the new secret; the old one signs too for `overlap`."""
        body = _checked(RotateBody, await _object(request))
        secret = (body.secret or SecretStr(new_secret())).get_secret_value()
        await self._desk.rotate(request.match_info["name"], secret, body.overlap)
        return json_response(
            {"name": request.match_info["name"], "secret": secret, "both_until": self._clock() + body.overlap}
        )

    async def test(self, request: web.Request) -> web.Response:
        """`POST /api/v1/endpoints/NAME/test`: sends a test, answered with how it ended."""
        return json_response(await self._desk.test(request.match_info["name"]))

    async def deliveries(self, request: web.Request) -> web.Response:
        """`GET /api/v1/deliveries?endpoint=&state=all|failed|missed&since=&until=&limit=`: the latest first."""
        query = request.query
        check_names(query, {"endpoint", "state", "since", "until", "limit"})
        which = one_of(query, "state", ("all", "failed", "missed"), default="all")
        choice = Choice(
            which=which,  # type: ignore[arg-type]
            endpoint=query.get("endpoint"),
            since=self._moment(query, "since", "24h"),
            until=self._moment(query, "until", None),
        )
        limit = whole_number(query, "limit", default=50, most=MAX_LISTED)
        return json_response({"deliveries": await self._desk.deliveries(choice, limit)})

    async def delivery(self, request: web.Request) -> web.Response:
        """`GET /api/v1/deliveries/ID`: each attempt with the beginning of the answer, and what was sent."""
        return json_response(await self._desk.delivery(request.match_info["id"]))

    async def redeliver(self, request: web.Request) -> web.Response:
        """`POST /api/v1/redeliveries`, see `RedeliverBody`: answered with how many are sent again."""
        body = _checked(RedeliverBody, await _object(request))
        if not body.ids and not body.endpoint:
            raise Refusal(400, "neither ids nor an endpoint are given", "give one of them")
        since, until = self._at(body.since, "since"), self._at(body.until, "until")
        if body.which == "history":
            if body.endpoint is None or since is None:
                raise Refusal(400, "history needs an endpoint and since", 'for example "since": "7d"')
            return json_response({"sent": await self._desk.replay(body.endpoint, since, until)}, 202)
        if not body.ids and since is None:
            raise Refusal(400, "without ids, since is needed", 'for example "since": "7d"')
        choice = Choice(which=body.which, endpoint=body.endpoint, ids=body.ids, since=since, until=until)
        return json_response({"sent": await self._desk.redeliver(choice)}, 202)

    async def rules(self, request: web.Request) -> web.Response:
        """`GET /api/v1/rules`: those in effect."""
        check_names(request.query, ())
        return json_response({"rules": self._desk.rules()})

    async def put_rule(self, request: web.Request) -> web.Response:
        """`POST /api/v1/rules`: the keys of a `[[rules]]` of the configuration; one of this name is changed."""
        settings = _checked(RuleSettings, await _object(request))
        await self._desk.put_rule(settings)
        return json_response({"name": settings.name}, 201)

    async def remove_rule(self, request: web.Request) -> web.Response:
        """`DELETE /api/v1/rules/NAME`."""
        await self._desk.remove_rule(request.match_info["name"])
        return json_response({"removed": request.match_info["name"]})

    async def try_rule(self, request: web.Request) -> web.Response:
        """`POST /api/v1/rules/test` with a `rule` (a name, or its keys) and `since`: what it would have sent."""
        body = _checked(TrialBody, await _object(request))
        since = self._at(body.since, "since")
        assert since is not None
        return json_response(await self._desk.try_rule(body.rule, since))

    async def silences(self, request: web.Request) -> web.Response:
        """`GET /api/v1/silences`: those that have not ended, with what each has kept back."""
        check_names(request.query, ())
        return json_response({"silences": self._desk.silences()})

    async def put_silence(self, request: web.Request) -> web.Response:
        """`POST /api/v1/silences`, see `SilenceBody`: answered with its `id`."""
        body = _checked(SilenceBody, await _object(request))
        if not (body.rule or body.story or body.source or body.words.strip()):
            raise Refusal(400, "nothing is said of what is silenced", "give rule, story, source or words")
        return json_response({"id": await self._desk.put_silence(body)}, 201)

    async def lift_silence(self, request: web.Request) -> web.Response:
        """`DELETE /api/v1/silences/ID`: ends it now."""
        await self._desk.lift_silence(request.match_info["name"])
        return json_response({"ended": request.match_info["name"]})

    async def verdicts(self, request: web.Request) -> web.Response:
        """`GET /api/v1/verdicts`: by the week of the alerts, how many were judged and how often it was right."""
        check_names(request.query, ())
        return json_response({"weeks": self._desk.verdicts()})

    async def judge(self, request: web.Request) -> web.Response:
        """`POST /api/v1/verdicts`, see `VerdictBody`."""
        body = _checked(VerdictBody, await _object(request))
        await self._desk.judge(body.alert_id, body.verdict, body.author, body.comment)
        return json_response({"alert_id": body.alert_id, "verdict": body.verdict}, 201)

    async def dead_letters(self, request: web.Request) -> web.Response:
        """`GET /api/v1/dead-letters?limit=`: the latest first."""
        check_names(request.query, {"limit"})
        limit = whole_number(request.query, "limit", default=50, most=MAX_LISTED)
        return json_response({"dead_letters": await self._desk.dead_letters(limit)})

    async def dead_letter(self, request: web.Request) -> web.Response:
        """`GET /api/v1/dead-letters/NUMBER`: whole."""
        return json_response(await self._desk.dead_letter(_number(request)))

    async def resend(self, request: web.Request) -> web.Response:
        """`POST /api/v1/dead-letters/NUMBER/resend`: puts it back where it came from."""
        return json_response({"sent_to": await self._desk.resend(_number(request))}, 202)

    def _moment(self, query: MultiMapping[str], name: str, default: str | None) -> datetime | None:
        return self._at(query.get(name, default), name)

    def _at(self, text: str | None, name: str) -> datetime | None:
        try:
            return None if text is None else moment(text, self._clock())
        except ValueError as error:
            raise Refusal(400, f"{name}: {error}", "for example since=24h") from None


def new_secret() -> str:
    """A secret for signatures, 32 random bytes."""
    return f"whsec_{b64encode(secrets.token_bytes(32)).decode()}"


def shortened(url: str) -> str:
    """An endpoint's address as it may be shown: Slack and others put a secret into the path."""
    parsed = URL(url)
    if parsed.scheme not in ("http", "https", "kafka"):
        return f"{parsed.scheme}://…"
    path = parsed.raw_path if len(parsed.raw_path) <= 20 else parsed.raw_path[:12] + "…"
    return f"{parsed.scheme}://{parsed.raw_authority.rpartition('@')[2]}{path}"


async def _object(request: web.Request) -> dict[str, Any]:
    """The JSON object of a body; none is an empty one."""
    try:
        value = await request.json() if request.can_read_body else {}
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refusal(400, "the body is not a JSON object", 'send one, for example {"name": "desk"}')
    return value


def _checked(model: type[B], given: dict[str, Any]) -> B:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
        raise Refusal(400, faults, f"known keys: {', '.join(model.model_fields)}") from None


def _number(request: web.Request) -> int:
    given = request.match_info["number"]
    if given.isascii() and given.isdigit() and len(given) < 16:
        return int(given)
    raise Refusal(404, f"{given[:50]!r} is no number of a dead letter", "see /api/v1/dead-letters")
