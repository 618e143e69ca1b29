"""How the server says no: JSON with the reason and the mend under `/api`, a plain page elsewhere."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from monitor.base.errors import WirewatchError
from monitor.web.page import render

logger = logging.getLogger(__name__)

MENDS = {
    404: "see / for the page, /api/v1/alerts, /api/v1/feeds, /api/v1/metrics and /api/v1/events for JSON",
    405: "use GET, or see docs/alerts.md for what takes orders",
    500: "the log of the service says more; if it comes again, report it with that log",
}


class Refused(WirewatchError):
    """A request cannot be answered; the message is the reason, `mend` what the client should do instead."""

    def __init__(self, status: int, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.status = status
        self.mend = mend


def json_response(value: Any, status: int = 200) -> web.Response:
    """A value as JSON, UTF-8."""
    return web.Response(
        body=orjson.dumps(value, option=orjson.OPT_UTC_Z),
        status=status,
        content_type="application/json",
        charset="utf-8",
    )


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn everything that goes wrong with a request into an answer that says so; the service goes on."""
    try:
        return await handler(request)
    except Refused as refused:
        return _answer(request, refused.status, str(refused), refused.mend)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        answer = _answer(request, error.status, error.reason, MENDS.get(error.status, ""))
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
        return answer
    except Exception:  # the shell: a fault in one answer must not take the connection's others with it
        logger.exception("no answer to %s %s", request.method, request.path)
        return _answer(request, 500, "the service failed to answer", MENDS[500])


def _answer(request: web.Request, status: int, reason: str, mend: str) -> web.Response:
    if request.path.startswith(("/api/", "/health/")):
        return json_response({"error": {"status": status, "reason": reason, "mend": mend}}, status)
    page = render("refusal.html", status=status, reason=reason, mend=mend)
    return web.Response(text=page, status=status, content_type="text/html")
