"""`wirewatch`: finds the command, and words what goes wrong for the user. Exit codes: 0 ok, 1 failed, 2 usage."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version
from typing import NoReturn

import click

from agents.cli import console
from monitor.base.errors import WirewatchError

COMMANDS = {
    "run": ("agents.cli.run", "The service: poll feeds, match articles, deliver alerts, show the live page."),
    "demo": ("agents.cli.demo", "Watch Wirewatch catch a copied story: the main job on invented newspapers."),
    "init": ("agents.cli.init", "Write a first configuration: your outlets, their feeds, where alerts go."),
    "replay": ("agents.cli.replay", "Articles from files through the whole pipeline; their alerts as JSON lines."),
    "compare": ("agents.cli.compare", "Whether one text re-uses another, how much, and why."),
    "extract": ("agents.cli.extract", "The article on a web page: title, dates, address and body as JSON."),
    "evaluate": ("agents.cli.evaluate", "How well matching does on labelled articles, by form of re-use."),
    "feeds": ("agents.cli.feeds", "The feeds that are watched, and documents of feeds."),
    "webhooks": (
        "agents.cli.webhooks",
        "Endpoints that alerts are delivered to, the log of deliveries, a local receiver.",
    ),
    "rules": ("agents.cli.rules", "Who is told of what, and what a rule would have sent."),
    "silences": ("agents.cli.silences", "Keep some alerts back for a while, with a reason and an end."),
    "alerts": ("agents.cli.alerts", "The latest alerts of a running service."),
    "verdict": ("agents.cli.verdict", "Say of an alert whether it was right, and see how often the service is."),
    "doctor": ("agents.cli.doctor", "What is wrong with this installation, and what mends it."),
    "backup": ("agents.cli.backup", "Copy all that the service knows into a file."),
    "restore": ("agents.cli.restore", "Put a backup in the place of the broker's file."),
    "config": ("agents.cli.config", "Check a configuration, show what is in effect, print the one that ships."),
}
"""Module and one line of help of each command. A module is imported when its command runs: all of them take a second."""


class Commands(click.Group):
    """The commands of the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("wirewatch"), prog_name="wirewatch")
def command() -> None:
    """Wirewatch tells you, within seconds, when a news article re-uses the text of an earlier one.

    Begin with `wirewatch demo`; each command has a --help of its own.
    """


def main() -> NoReturn:
    """Run the command that the arguments name, and end the process with its exit code."""
    try:
        command.main(prog_name="wirewatch", standalone_mode=False)
    except WirewatchError as error:
        console.note(f"Error: {error}")
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        console.note("Stopped.")
        # As a shell reports a program that Ctrl-C has ended.
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read the output has gone (`| head`); without this, Python complains once more while it exits.
        sys.stdout = None
        sys.exit(1)
    sys.exit(0)
