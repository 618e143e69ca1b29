"""What goes wrong is worded for the user, and ends with the exit code that scripts rely on."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.cli.main import COMMANDS, main


class Wirewatch:
    """Calls the program in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch
        self.err = ""

    def __call__(self, *arguments: str) -> tuple[object, str]:
        """Exit code and standard output."""
        self._monkeypatch.setattr("sys.argv", ["wirewatch", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, self.err = self._capsys.readouterr()
        return ended.value.code, out


@pytest.fixture
def wirewatch(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Wirewatch:
    """The program, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Wirewatch(capsys, monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (["compare", "nothing.txt", "nothing.txt"], 1, "nothing.txt: cannot be read"),
        (["compare", "short.txt", "short.txt"], 1, "short.txt: "),
        (["compare", "http://127.0.0.1:9/", "short.txt"], 1, "fetch.allow_private_addresses"),
        (["compare"], 2, "Missing argument"),
        (["replay", "nothing.jsonl"], 1, "nothing.jsonl: there is no such file"),
        (["replay", "broken.jsonl"], 1, "broken.jsonl:2: is not an article as JSON"),
        (["replay", "short.txt", "--broker", "kafka://127.0.0.1"], 1, "replay runs on the embedded broker"),
        (["replay", "short.txt", "--out", "no/such/folder/a.jsonl"], 1, "cannot be written"),
        (["evaluate", "nothing.jsonl"], 1, "nothing.jsonl: cannot be read"),
        (["evaluate", "broken.jsonl"], 1, "broken.jsonl:1: is not a labelled article as JSON"),
        (["evaluate", "broken.jsonl", "--plot", "a.gif"], 2, "a picture ends in .png"),
        (["evaluate", "broken.jsonl", "--ablate", "--out", "a.jsonl"], 2, "leave out --plot and --out"),
        (
            ["evaluate", "nothing.jsonl", "--out", "no/such/a.jsonl"],
            1,
            "cannot be written (there is no folder no/such)",
        ),
        (["evaluate", "nothing.jsonl", "--plot", "no/such/a.png"], 1, "give another file with --plot"),
        (["evaluate", "nothing.jsonl", "--out", "."], 1, "cannot be written (it is a folder)"),
        (["run", "--roles", "poll"], 2, "runs all roles"),
        (["run", "--roles", "polls"], 2, "there is no role 'polls'"),
        (["webhooks", "listen", "--secret-file", "short.txt"], 1, "must be 'whsec_'"),
        (["webhooks", "list", "--url", "http://127.0.0.1:9"], 1, "no service answers there"),
        (["webhooks", "list", "--url", "nowhere"], 1, "is no address of a service"),
        (["webhooks", "redeliver", "--endpoint", "desk"], 2, "give webhook-ids, or --endpoint, --since and one of"),
        (["webhooks", "redeliver", "msg_1", "--failed"], 2, "not both"),
        (["webhooks", "dead-letters", "--resend"], 2, "needs the NUMBER"),
        (["nothing"], 2, "No such command 'nothing'"),
    ],
)
def test_what_cannot_be_done_is_named(wirewatch: Wirewatch, arguments: list[str], code: int, named: str) -> None:
    Path("short.txt").write_text("three words only", encoding="utf-8")
    Path("broken.jsonl").write_text('{"text": "one"}\n{"title": "no text"}\n', encoding="utf-8")
    assert wirewatch(*arguments) == (code, "")
    assert named in " ".join(wirewatch.err.split())


@pytest.mark.parametrize(("option", "package"), [("--cross-validate", "lightgbm"), ("--plot=a.png", "matplotlib")])
def test_an_extra_that_is_missing_is_named(
    wirewatch: Wirewatch, monkeypatch: pytest.MonkeyPatch, option: str, package: str
) -> None:
    monkeypatch.setattr("agents.cli.evaluate.find_spec", {"lightgbm": None, "matplotlib": None}.get)
    assert wirewatch("evaluate", "nothing.jsonl", option) == (1, "")
    assert f"this needs {package}: " in wirewatch.err and "[evaluate]" in wirewatch.err


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS), ("webhooks", "listen"), ("config", "check")])
def test_each_command_has_help(wirewatch: Wirewatch, command: tuple[str, ...]) -> None:
    code, out = wirewatch(*command, "--help")
    assert code == 0
    assert out.startswith("Usage: wirewatch")


def test_a_reader_of_the_output_that_leaves_is_no_error(wirewatch: Wirewatch, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("agents.cli.config.click.echo", leave)
    assert wirewatch("config", "show") == (1, "")
    assert wirewatch.err == ""
