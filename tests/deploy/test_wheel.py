"""The built wheel in an empty environment: everything that the program needs is inside it or in the lock file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.program import run, started

ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.executable).with_name("uv")

pytestmark = pytest.mark.slow


def uv(*arguments: str | Path) -> None:
    done = subprocess.run([UV, "--quiet", *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        pytest.fail(f"uv {' '.join(map(str, arguments))}: {done.stderr.strip()}", pytrace=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`wirewatch` of an environment that holds the wheel, the packages of the lock file, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--out-dir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    uv("venv", "--python", sys.executable, folder / "venv")
    python = folder / "venv/bin/python"
    uv("pip", "install", "--python", python, "--require-hashes", "-r", ROOT / "requirements.lock")
    uv("pip", "install", "--python", python, "--no-deps", wheel)
    return folder / "venv/bin/wirewatch"


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """A home that is empty too, and no way to the checkout."""
    home = tmp_path / "home"
    home.mkdir()
    return {"HOME": str(home), "PYTHONPATH": "", "PATH": os.defpath}


async def test_demo_and_service_run_from_a_folder_that_knows_nothing_of_the_checkout(
    installed: Path, tmp_path: Path, environ: Mapping[str, str]
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    shipped = await run("config", "default", folder=folder, environ=environ, program=installed)
    assert shipped.out == (ROOT / "config/wirewatch.toml").read_text(encoding="utf-8")
    (folder / "my.toml").write_text(shipped.out, encoding="utf-8")

    # Each start computes a fingerprint and compares it, so that models and compiled loops are known to be there.
    async with started("demo", "--port", "0", folder=folder, environ=environ, program=installed) as demo:
        await demo.url()
        assert await demo.stop() == 0, demo.log
    command = ("run", "--config", "my.toml", "--port", "0")
    async with started(*command, folder=folder, environ=environ, program=installed) as service:
        url = await service.url()
        async with aiohttp.ClientSession() as session:
            for page in ("/", "/feeds", "/static/live.js", "/metrics"):
                async with session.get(f"{url}{page}") as answer:
                    assert answer.status == 200, page
        assert await service.stop() == 0, service.log
    looked = await run("doctor", "--config", "my.toml", "--offline", folder=folder, environ=environ, program=installed)
    assert looked.code == 0, looked.out + looked.err
    assert {path.name for path in folder.iterdir()} == {"my.toml", "wirewatch.db"}
