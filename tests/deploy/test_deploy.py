"""What deploy/ holds, held against the tools that would run it: Helm, Kubernetes' schemas, Compose, Caddy, systemd."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import helm_python as helm
import kubernetes_validate
import pytest
import yaml

from agents.app import ROLES
from tests.e2e.program import PROGRAM, started, until

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
CHART = DEPLOY / "helm/wirewatch"
CONTAINERFILE = DEPLOY / "container/Containerfile"
KUBERNETES = "1.30"


def checked(*command: str | Path, **environ: str) -> str:
    environ = {**os.environ, **environ}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environ, timeout=250)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rendered(**values: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """What Helm makes of the chart, by kind and name; each is valid for Kubernetes."""
    with helm.Chart.load(str(CHART)) as chart:
        files = chart.render(values, name="w", namespace="news")
    found = [one for text in files.values() for one in yaml.safe_load_all(text) if one]
    for one in found:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def test_the_chart_runs_every_role_once_hardened_with_probes_and_budgets() -> None:
    made = rendered(shards=3, webhookSecrets=[0], configuration="[log]\nlevel = 'info'\n")
    pods = {
        name: one["spec"]["template"] for (kind, name), one in made.items() if kind in ("Deployment", "StatefulSet")
    }
    roles: list[str] = []
    for name, pod in pods.items():
        (container,) = pod["spec"]["containers"]
        (given,) = [word.partition("=")[2] for word in container["args"] if word.startswith("--roles=")]
        roles += given.split(",")
        assert pod["spec"]["securityContext"]["runAsNonRoot"] and not pod["spec"]["automountServiceAccountToken"]
        secured = container["securityContext"]
        assert secured["readOnlyRootFilesystem"] and secured["capabilities"] == {"drop": ["ALL"]}
        assert not secured["allowPrivilegeEscalation"]
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
        env = {one["name"]: one["value"] for one in container["env"]}
        assert env["WIREWATCH_WEBHOOKS__0__SECRET_FILE"] == "/run/secrets/wirewatch/whsec-0"
        assert env["WIREWATCH_BROKER__SHARDS"] == "3"
        assert ("PodDisruptionBudget", name) in made
    assert sorted(roles) == sorted(role.name for role in ROLES)
    assert made["StatefulSet", "w-match"]["spec"]["replicas"] == 3
    assert made["Service", "w"]["spec"]["selector"]["app.kubernetes.io/component"] == "desk"
    assert made["ConfigMap", "w-configuration"]["data"]["wirewatch.toml"] == "[log]\nlevel = 'info'\n"
    assert ("HorizontalPodAutoscaler", "w-fingerprint") not in made


def test_fingerprinting_scales_by_its_lag_up_to_the_partitions() -> None:
    made = rendered(partitions=4, fingerprint={"autoscaling": {"enabled": True, "maxReplicas": 99}})
    scaler = made["HorizontalPodAutoscaler", "w-fingerprint"]["spec"]
    assert scaler["maxReplicas"] == 4
    assert scaler["metrics"][0]["external"]["metric"]["name"] == "kafka_consumergroup_lag"
    assert "replicas" not in made["Deployment", "w-fingerprint"]["spec"], "the scaler says how many"


def test_the_network_policy_lets_nothing_into_the_cluster() -> None:
    policy = rendered(kafka={"bootstrap": "broker.kafka:9094"})["NetworkPolicy", "w"]["spec"]
    assert {tuple(rule["ports"][0].items()) for rule in policy["egress"]} >= {(("port", 9094), ("protocol", "TCP"))}
    outside = [block["ipBlock"] for rule in policy["egress"] for block in rule.get("to", ())]
    assert "169.254.0.0/16" in outside[0]["except"], "the metadata service of a cloud"
    assert ("NetworkPolicy", "w") not in rendered(networkPolicy={"enabled": False})


def test_wrong_values_are_refused_and_the_chart_is_clean() -> None:
    assert helm.lint(str(CHART))["errors"] == []
    with helm.Chart.load(str(CHART)) as chart, pytest.raises(helm.errors.HelmValuesError, match="shards"):
        chart.validate_schema({"shards": 0})


def test_the_container_file_is_clean() -> None:
    checked(BIN / "hadolint", CONTAINERFILE)


def test_compose_is_valid_and_its_service_has_no_rights() -> None:
    shown = checked(BIN / "docker-compose", "-f", DEPLOY / "compose/compose.yaml", "config", "--format", "json")
    services = json.loads(shown)["services"]
    assert set(services) == {"kafka", "wirewatch", "prometheus", "grafana"}
    service = services["wirewatch"]
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    published = [port for one in services.values() for port in one.get("ports", ())]
    assert {port["host_ip"] for port in published} == {"127.0.0.1"}


def test_the_proxy_is_valid_and_asks_everybody_for_a_password() -> None:
    file = DEPLOY / "proxy/Caddyfile"
    secret = {"WIREWATCH_PASSWORD_HASH": checked(BIN / "caddy", "hash-password", "--plaintext", "test").strip()}
    adapted = json.loads(checked(BIN / "caddy", "adapt", "--config", file, "--adapter", "caddyfile", **secret))
    text = json.dumps(adapted)
    assert text.index('"http_basic"') < text.index('"reverse_proxy"')
    assert "/metrics" in text
    checked(BIN / "caddy", "fmt", "--diff", file)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze on this machine")
def test_the_unit_is_valid_and_exposed_to_little(tmp_path: Path) -> None:
    unit = (DEPLOY / "systemd/wirewatch.service").read_text(encoding="utf-8")
    here = tmp_path / "wirewatch.service"
    here.write_text(unit.replace("/opt/wirewatch/bin/wirewatch run", f"{PROGRAM} run"), encoding="utf-8")
    assert not re.findall(r"wirewatch\.service:.*", checked("systemd-analyze", "verify", here))
    # Of 10, 0 is nothing; what is left is the network, and machine code that numba makes.
    checked("systemd-analyze", "security", "--offline=yes", "--threshold=15", "--no-pager", here)


def instruction(word: str) -> list[str]:
    """Arguments of the container file's instructions of a name, in the last stage."""
    text = CONTAINERFILE.read_text(encoding="utf-8").replace("\\\n", " ").rpartition("\nFROM ")[2]
    return re.findall(rf"^{word} (.*)$", text, re.MULTILINE)


async def test_what_the_container_runs_starts_and_its_health_check_agrees(tmp_path: Path) -> None:
    assert json.loads(instruction("ENTRYPOINT")[0]) == ["wirewatch"]
    command = json.loads(instruction("CMD")[0])
    environ = dict(pair.split("=", 1) for pair in shlex.split(instruction("ENV")[0]))
    environ = {name: value.replace("/var/lib/wirewatch", str(tmp_path)) for name, value in environ.items()}
    environ["PATH"] = os.environ["PATH"]
    # The machine's own place for machine code: compiling anew takes long.
    del environ["NUMBA_CACHE_DIR"]
    arguments = [word.replace("/opt/wirewatch/wirewatch.toml", str(ROOT / "config/wirewatch.toml")) for word in command]
    check = json.loads(instruction("HEALTHCHECK")[0].partition(" CMD ")[2])
    async with started(*arguments, "--port", "0", folder=tmp_path, environ=environ) as program:
        url = (await program.url()).rstrip("/")
        port = url.rpartition(":")[2]
        words = [word.replace(":6066", f":{port}") for word in check]
        checked(sys.executable, *words[1:])
        await until(lambda: (tmp_path / "wirewatch.db").exists())
        assert await program.stop() == 0, program.log
    with pytest.raises(AssertionError):
        checked(sys.executable, *words[1:])
