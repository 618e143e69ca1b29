"""`wirewatch webhooks`: the endpoints of a running service, their deliveries, and a local receiver of alerts."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, NoReturn

import click
from pydantic import SecretStr, TypeAdapter, ValidationError

from agents.cli import console, options, service
from agents.cli.service import Service
from agents.cli.stopping import run_until_stopped
from agents.serve import serve
from monitor.alerts.describe import describe, plain
from monitor.alerts.receiver import Received, make_receiver
from monitor.base.errors import InputError
from monitor.base.settings import WebhookSecret
from monitor.web.alerting import new_secret


@click.group()
def command() -> None:
    """The endpoints that alerts are delivered to, and the log of their deliveries.

    All but `listen` ask a running service; those that change something send the web.token of the configuration.
    """


@command.command()
@click.argument("name")
@click.argument("address")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["json", "cloudevents", "slack", "teams", "discord", "kafka"]),
    default="json",
    show_default=True,
    help="What the receiver takes; kafka://HOST:PORT/TOPIC is the address of a topic.",
)
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the secret (whsec_…) to sign with; without it, a new one is made and shown.",
)
@options.config
@service.url
@options.as_json
def add(
    name: str,
    address: str,
    kind: str,
    secret_file: Path | None,
    config: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Deliver alerts to ADDRESS from now on, under NAME."""
    body = {"name": name, "url": address, "format": kind} | (
        {"secret": _read_secret(secret_file)} if secret_file else {}
    )
    added = Service(config, url).order("POST", "/endpoints", body)
    if as_json:
        return click.echo(json.dumps(added))
    console.out.print(f"Added {plain(added['name'])}.", markup=False)
    if not secret_file and added["secret"]:
        console.note("The receiver verifies with this secret; it is not shown again:")
        click.echo(added["secret"])
    return None


@command.command("list")
@options.config
@service.url
@options.as_json
def list_endpoints(config: Path | None, url: str | None, as_json: bool) -> None:
    """List the endpoints and how each does."""
    found = Service(config, url).get("/endpoints")["endpoints"]
    if as_json:
        return click.echo(json.dumps(found))
    rows = [(one["name"], one["url"], _how(one), str(one.get("waiting", ""))) for one in found]
    return console.table(("name", "address", "state", "waiting"), rows, empty="There are no endpoints.")


@command.command()
@click.argument("name")
@options.config
@service.url
def remove(name: str, config: Path | None, url: str | None) -> None:
    """Deliver nothing more to NAME; what waits for it becomes dead letters."""
    Service(config, url).order("DELETE", f"/endpoints/{name}")
    console.out.print(f"Removed {plain(name)}.", markup=False)


@command.command()
@click.argument("name")
@click.option("--overlap", default="24h", show_default=True, help="How long the old secret signs too.")
@options.config
@service.url
@options.as_json
def rotate(name: str, overlap: str, config: Path | None, url: str | None, as_json: bool) -> None:
    """Sign deliveries to NAME with a new secret, which is shown; the old one signs too for a while."""
    made = Service(config, url).order("POST", f"/endpoints/{name}/rotate", {"overlap": overlap})
    if as_json:
        return click.echo(json.dumps(made))
    console.note(f"Both secrets sign until {made['both_until']}. The new one; it is not shown again:")
    return click.echo(made["secret"])


@command.command()
@click.argument("name")
@options.config
@service.url
@options.as_json
def test(name: str, config: Path | None, url: str | None, as_json: bool) -> None:
    """Send a test to NAME and say how it ended; exit code 1 unless it was accepted.

    A disabled endpoint that accepts it is enabled again.
    """
    ended = Service(config, url).order("POST", f"/endpoints/{name}/test")
    if as_json:
        click.echo(json.dumps(ended))
    else:
        word = "accepted" if ended["outcome"] == "sent" else "not accepted"
        status = f"HTTP {ended['status']}" if ended["status"] else "no answer"
        console.out.print(f"{word}: {status} after {ended['took_s']:g} s", markup=False)
        for text in filter(None, (ended["reason"], ended["answer"])):
            console.out.print(plain(text, 1000), markup=False)
    raise SystemExit(0 if ended["outcome"] == "sent" else 1)


@command.command()
@click.argument("webhook_id", required=False)
@click.option("--endpoint", help="Only those to this endpoint.")
@click.option("--failed", "state", flag_value="failed", help="Only those that were given up.")
@click.option("--missed", "state", flag_value="missed", help="Only those that have not arrived: given up, or waiting.")
@click.option("--since", default="24h", show_default=True, help="How long ago (30m, 7d) or when (ISO 8601).")
@click.option("--until", help="The same for the end of the range.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@options.config
@service.url
@options.as_json
def deliveries(
    webhook_id: str | None,
    endpoint: str | None,
    state: str | None,
    since: str,
    until: str | None,
    limit: int,
    config: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """List the latest deliveries, or show one of them whole: each attempt, its answer, and what was sent."""
    asked = Service(config, url)
    if webhook_id:
        one = asked.get(f"/deliveries/{webhook_id}")
        return click.echo(json.dumps(one)) if as_json else _show_delivery(one)
    found = asked.get("/deliveries", endpoint=endpoint, state=state, since=since, until=until, limit=limit)[
        "deliveries"
    ]
    if as_json:
        return click.echo(json.dumps(found))
    rows = [
        (
            one["created_at"][:19],
            one["webhook_id"],
            one["endpoint"],
            one["state"],
            str(one["attempts"]),
            str(one["status"] or ""),
            one["reason"],
        )
        for one in found
    ]
    heads = ("created", "webhook-id", "endpoint", "state", "attempts", "status", "reason")
    return console.table(heads, rows, empty="There are no such deliveries.", whole="webhook-id")


@command.command()
@click.argument("webhook_ids", nargs=-1)
@click.option("--endpoint", help="Those to this endpoint.")
@click.option("--failed", "which", flag_value="failed", help="All that were given up.")
@click.option("--missed", "which", flag_value="missed", help="All that have not arrived: given up, or waiting.")
@click.option("--all", "which", flag_value="all", help="All, those that arrived too.")
@click.option("--history", "which", flag_value="history", help="Earlier alerts, to an endpoint that is new.")
@click.option("--since", help="How long ago (30m, 7d) or when (ISO 8601) the range begins.")
@click.option("--until", help="The same for the end of the range.")
@options.config
@service.url
def redeliver(
    webhook_ids: tuple[str, ...],
    endpoint: str | None,
    which: str | None,
    since: str | None,
    until: str | None,
    config: Path | None,
    url: str | None,
) -> None:
    """Send deliveries again, each under the webhook-id that it had.

    Name them by WEBHOOK_IDS, or choose those of an endpoint: --endpoint desk --missed --since 2d.
    """
    if webhook_ids and (which or since or until):
        raise click.UsageError("give webhook-ids, or choose a range; not both")
    if not webhook_ids and not (endpoint and which and since):
        raise click.UsageError(
            "give webhook-ids, or --endpoint, --since and one of --failed, --missed, --all, --history"
        )
    body = {"ids": webhook_ids, "endpoint": endpoint, "which": which or "all", "since": since, "until": until}
    sent = Service(config, url).order("POST", "/redeliveries", body)["sent"]
    console.out.print(f"{sent} deliver{'y is' if sent == 1 else 'ies are'} on the way.", markup=False)


@command.command("dead-letters")
@click.argument("number", type=int, required=False)
@click.option("--resend", is_flag=True, help="Put dead letter NUMBER back where it came from.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@options.config
@service.url
@options.as_json
def dead_letters(
    number: int | None, resend: bool, limit: int, config: Path | None, url: str | None, as_json: bool
) -> None:
    """List what was set aside because it could not be delivered or processed; show or resend one of them."""
    asked = Service(config, url)
    if number is None:
        if resend:
            raise click.UsageError("--resend needs the NUMBER of a dead letter")
        found = asked.get("/dead-letters", limit=limit)["dead_letters"]
        if as_json:
            return click.echo(json.dumps(found))
        rows = [(str(one["number"]), one["at"][:19], one["stage"], one["key"], one["reason"]) for one in found]
        return console.table(("number", "at", "stage", "key", "reason"), rows, empty="There are no dead letters.")
    if resend:
        topic = asked.order("POST", f"/dead-letters/{number}/resend")["sent_to"]
        return console.out.print(f"Dead letter {number} is back on {topic}.", markup=False)
    one = asked.get(f"/dead-letters/{number}")
    return click.echo(json.dumps(one, indent=None if as_json else 2, ensure_ascii=as_json))


@command.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True, help="0 takes a free one.")
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the secret (whsec_…) that the sender signs with; without it, a new one is made and shown.",
)
@options.as_json
def listen(host: str, port: int, secret_file: Path | None, as_json: bool) -> None:
    """Receive alerts, verify each signature, and print them until Ctrl-C.

    A webhook whose signature is not valid is answered with 401 and reported. With --json, each alert is one line.
    """
    secret = _read_secret(secret_file) if secret_file else new_secret()
    run_until_stopped(_listen(host, port, secret, as_json=as_json, is_new=secret_file is None))


async def _listen(host: str, port: int, secret: str, *, as_json: bool, is_new: bool) -> NoReturn:
    def receive(received: Received) -> None:
        if not received.verified:
            console.note(f"Refused {plain(received.webhook_id, 80) or 'a request'}: {plain(received.reason)}")
        elif as_json:
            click.echo(json.dumps(received.event, ensure_ascii=False))
        else:
            console.out.print(describe(received.event))

    runner, url = await serve(make_receiver(secret, receive), host, port)
    try:
        console.note(f"Listening on {url}/  ·  Ctrl-C ends")
        if is_new:
            console.note(
                "Send alerts here with this in the configuration (and fetch.allow_private_addresses = true):\n\n"
                f'[[webhooks]]\nname = "listen"\nurl = "{url}/"\nsecret = "{secret}"\n'
            )
        await asyncio.Event().wait()
        raise AssertionError  # the wait ends by cancellation only
    finally:
        await runner.cleanup()


def _how(endpoint: dict[str, Any]) -> str:
    if endpoint.get("disabled_at"):
        return f"disabled since {endpoint['disabled_at'][:19]}: {endpoint['disabled_reason']}"
    if endpoint.get("failing_since"):
        return f"failing since {endpoint['failing_since'][:19]}"
    return "well" if "waiting" in endpoint else "unknown in this process"


def _show_delivery(one: dict[str, Any]) -> None:
    console.out.print(
        f"{plain(one['webhook_id'])} to {plain(one['endpoint'])}: {one['state']}, alert {plain(one['alert_id'])}",
        markup=False,
    )
    rows = [
        (
            str(a["attempt"]),
            a["at"][:19],
            a["outcome"],
            str(a["status"] or ""),
            f"{a['took_s']:g} s",
            a["reason"],
            a["answer"],
        )
        for a in one["tries"]
    ]
    console.table(("attempt", "at", "outcome", "status", "took", "reason", "answer"), rows, empty="Not yet attempted.")
    click.echo(one["body"])


def _read_secret(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from None
    try:
        secret: SecretStr = TypeAdapter(WebhookSecret).validate_python(text)
    except ValidationError as error:
        raise InputError(f"{path}: the secret {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
    return secret.get_secret_value()
