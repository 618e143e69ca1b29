"""The README's commands and examples are those of the program, and no command is missing from it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from agents.cli.main import COMMANDS, command
from monitor.base.settings import load

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> Iterator[list[str]]:
    """Words of each line that a reader may type."""
    for block in blocks("console"):
        for line in block.splitlines():
            if line.startswith("$ "):
                for part in line.removeprefix("$ ").partition(" > ")[0].split(" && "):
                    yield shlex.split(part)


def wirewatch_commands() -> list[list[str]]:
    found = [words[1:] for words in commands() if words[0].rpartition("/")[2] == "wirewatch"]
    return [*found, *(shlex.split(text) for text in re.findall(r"`wirewatch ([^`]+)`", README))]


@pytest.mark.parametrize("words", wirewatch_commands(), ids=" ".join)
def test_each_command_line_is_one_that_the_program_takes(words: list[str]) -> None:
    found: click.Command = command
    while isinstance(found, click.Group):
        inner = found.get_command(click.Context(found), words[0])
        assert inner is not None, words
        found, words = inner, words[1:]
    # Arguments that prose leaves out are filled in; options must exist and take their values.
    missing = sum(isinstance(parameter, click.Argument) for parameter in found.params)
    found.make_context("wirewatch", [*words, *(["file"] * missing if not words else [])])


def test_every_command_is_in_the_readme() -> None:
    named = {words[0] for words in wirewatch_commands()}
    assert named == set(COMMANDS)


def test_each_make_verb_exists() -> None:
    verbs = {verb for verb in re.findall(r"make ((?:[a-z]+ ?)+)", README.replace("`", "\n")) for verb in verb.split()}
    assert {"demo", "test", "lint", "type"} <= verbs
    for verb in verbs:
        assert re.search(rf"^{verb}:", MAKEFILE, re.MULTILINE), verb


def test_the_configuration_example_can_be_loaded(tmp_path: Path) -> None:
    for block in blocks("toml"):
        path = tmp_path / "example.toml"
        path.write_text(block, encoding="utf-8")
        assert load(path, environ={}).webhooks[0].name == "desk"


def test_every_linked_file_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
