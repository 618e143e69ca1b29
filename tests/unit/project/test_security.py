"""SECURITY.md names tests that exist, and no secret of a configuration comes out where it says that none does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from agents.cli.main import command as wirewatch
from monitor.base.errors import ConfigError
from monitor.base.settings import load

ROOT = Path(__file__).resolve().parents[3]
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
SECRETS = {
    "token": "token-0123456789-token",
    "signing": "whsec_" + "U0VDUkVU" * 4,
    "previous": "whsec_" + "T0xEU0VD" * 4,
    "chat": "T0PS3CR3T",
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "w.toml"
    path.write_text(
        f"""[web]
token = "{SECRETS["token"]}"
[[webhooks]]
name = "desk"
url = "https://h.example/"
secret = "{SECRETS["signing"]}"
previous_secrets = ["{SECRETS["previous"]}"]
[[webhooks]]
name = "chat"
format = "slack"
url = "https://hooks.slack.example/{SECRETS["chat"]}"
""",
        encoding="utf-8",
    )
    path.chmod(0o600)
    return path


def test_every_test_that_it_names_is_there() -> None:
    named = re.findall(r"`(tests/[^`]+)`", SECURITY)
    assert len(named) >= 12
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    "arguments",
    [["config", "show"], ["config", "show", "--json"], ["config", "check"], ["doctor", "--offline", "--json"]],
    ids=" ".join,
)
def test_no_secret_comes_out(config: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(config.parent)
    ended = CliRunner().invoke(wirewatch, [*arguments, "--config", str(config)])
    assert "desk" in ended.output or "ok" in ended.output or "fine" in ended.output
    assert [name for name, secret in SECRETS.items() if secret in ended.output or secret in repr(ended.exception)] == []


def test_a_wrong_secret_is_not_repeated_and_settings_do_not_show_theirs(config: Path) -> None:
    assert not [name for name, secret in SECRETS.items() if name != "chat" and secret in repr(load(config, environ={}))]
    for key in ("secret", "token"):
        text = re.sub(rf'^{key} = "([^"]+)"', rf'{key} = "\1 wrong"', config.read_text(), flags=re.MULTILINE)
        config.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        load(config, environ={})
    assert len(told.value.faults) == 2
    assert not [name for name, secret in SECRETS.items() if secret in str(told.value)]


def test_the_list_of_packages_holds_every_one_of_the_lock_file_with_its_hashes(tmp_path: Path) -> None:
    out = tmp_path / "sbom.json"
    command: list[str | Path] = [Path(sys.executable).with_name("cyclonedx-py"), "requirements"]
    command += ["--pyproject", ROOT / "pyproject.toml", "--output-file", out, ROOT / "requirements.lock"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sbom = json.loads(out.read_text(encoding="utf-8"))
    assert (sbom["bomFormat"], sbom["metadata"]["component"]["name"]) == ("CycloneDX", "wirewatch")
    locked = re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    listed = {(one["name"].lower(), one["version"]) for one in sbom["components"]}
    assert len(locked) > 40 and set(locked) == listed
    assert all(one["externalReferences"][0]["hashes"] for one in sbom["components"])
