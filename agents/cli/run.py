"""`wirewatch run`: the service."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NoReturn

import click

from agents.app import ROLES, running
from agents.cli import console, options
from agents.cli.stopping import run_until_stopped
from agents.role import Role
from monitor.base.settings import Settings

logger = logging.getLogger(__name__)


class RoleList(click.ParamType):
    """Names of roles with commas between them."""

    name = "roles"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[type[Role], ...]:
        """The roles, in the order of the flow."""
        if isinstance(value, tuple):
            return value
        names = {name.strip() for name in str(value).split(",")}
        known = {role.name for role in ROLES}
        if unknown := sorted(names - known):
            self.fail(f"there is no role {unknown[0]!r}; the roles are {', '.join(role.name for role in ROLES)}")
        return tuple(role for role in ROLES if role.name in names)


@click.command()
@options.config
@options.broker
@click.option("--roles", type=RoleList(), help="Roles of this process, e.g. poll,match; default all. Needs Kafka.")
@click.option("--host", help="Address of the page; default 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port of the page; default 6066, 0 takes a free one.")
@click.option("--log-format", type=click.Choice(["text", "json"]), help="One line of text an event, or one of JSON.")
def command(
    config: Path | None,
    broker: str | None,
    roles: tuple[type[Role], ...] | None,
    host: str | None,
    port: int | None,
    log_format: str | None,
) -> None:
    """Run the service: poll feeds, match articles, deliver alerts, show the live page.

    It runs until it is told to stop (Ctrl-C or SIGTERM), and a restart goes on where it stopped.
    """
    settings = options.settings_of(config, broker__url=broker, web__host=host, web__port=port, log__format=log_format)
    if roles and len(roles) < len(ROLES) and settings.broker.url.startswith("sqlite:"):
        raise click.UsageError(
            "--roles: the embedded broker belongs to one process, so it runs all roles; give a kafka:// broker"
        )
    console.log_to_stderr(settings.log.level, settings.log.format)
    run_until_stopped(_serve(settings, roles or ROLES))


async def _serve(settings: Settings, roles: tuple[type[Role], ...]) -> NoReturn:
    names = ", ".join(role.name for role in roles)
    logger.info("starting %s on %s", names, settings.broker.url)
    if not settings.feeds:
        logger.warning("no feeds are configured: nothing will be polled; add [[feeds]] to the configuration")
    if not settings.webhooks:
        logger.warning("no webhooks are configured: alerts are only shown on the page; add [[webhooks]]")
    try:
        async with running(settings, roles) as service:
            logger.info(
                "ready: %d feeds, %d webhooks, live page %s", len(settings.feeds), len(settings.webhooks), service.url
            )
            await service.failed()
    finally:
        logger.info("stopped")
