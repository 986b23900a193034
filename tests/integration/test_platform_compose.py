"""The container files name only modules, variables and users that exist. No container engine is needed to know that."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.settings.paths import BASE_DIR

COMPOSE: dict[str, Any] = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
OURS = ("setup", "web", "worker", "beat")
# Read by Django, by Python or by the container itself rather than by our settings.
ELSEWHERE = {"DJANGO_SETTINGS_MODULE"}


def service(name: str) -> dict[str, Any]:
    return COMPOSE["services"][name]


def sources() -> str:
    return "".join(path.read_text() for path in Path(BASE_DIR, "config").rglob("*.py"))


def test_all_processes_are_there():
    assert set(COMPOSE["services"]) == {*OURS, "postgres", "redis"}


@pytest.mark.parametrize("name", OURS)
def test_each_variable_is_one_that_the_settings_read(name: str):
    text = sources()
    unknown = [key for key in service(name)["environment"] if f'"{key}"' not in text and key not in ELSEWHERE]
    assert unknown == []


@pytest.mark.parametrize("name", OURS)
def test_each_module_in_a_command_exists(name: str):
    words = [str(word) for key in ("command", "healthcheck") for word in flat(service(name).get(key, []))]
    words += re.findall(r'"([^"]+)"', (BASE_DIR / "Dockerfile").read_text().partition("CMD")[2])
    modules = {word.partition(":")[0] for word in words if re.fullmatch(r"config(\.\w+)+(:\w+)?", word)}
    assert modules
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []


def flat(value: Any) -> list[str]:
    return value if isinstance(value, list) else [str(part) for part in value.get("test", [])]


def test_the_set_up_runs_commands_that_exist():
    commands = re.findall(r"manage\.py (\w+)", service("setup")["command"][-1])
    own = {path.stem for path in BASE_DIR.glob("*/management/commands/*.py")}
    assert commands == ["setup_database", "migrate", "start_up"]
    assert set(commands) <= own | {"migrate"}


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_write_nowhere_and_gain_no_right(name: str):
    assert service(name)["read_only"] is True
    assert service(name)["cap_drop"] == ["ALL"]
    assert service(name)["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", [*COMPOSE["services"]])
def test_each_container_says_whether_it_is_well(name: str):
    assert name == "setup" or "healthcheck" in service(name)


def test_only_the_web_has_a_port_and_only_on_this_machine():
    assert [name for name in COMPOSE["services"] if "ports" in service(name)] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in service("web")["ports"])
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_each_process_signs_in_with_a_role_of_its_own_and_none_but_set_up_as_superuser():
    web, worker = service("web")["environment"], service("worker")["environment"]
    assert "quell_web:" in web["DATABASE_URL"]
    assert "quell_worker:" in worker["DATABASE_URL_WORKER"]
    assert "quell_export:" in worker["DATABASE_URL_EXPORT"]
    assert "DATABASE_URL_EXPORT" not in web
    assert [name for name in OURS if "DATABASE_URL_ADMIN" in service(name)["environment"]] == ["setup"]


def test_every_value_that_must_be_given_is_in_the_example():
    needed = set(re.findall(r"\$\{(\w+)[:}]", (BASE_DIR / "docker-compose.yml").read_text()))
    offered = set(re.findall(r"^(\w+)=", (BASE_DIR / ".env.example").read_text(), flags=re.MULTILINE))
    assert needed == offered


def test_the_image_runs_as_nobody_in_particular_and_takes_only_what_it_copies():
    text = (BASE_DIR / "Dockerfile").read_text()
    assert "USER 10001:10001" in text
    assert "--require-hashes" in text
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, flags=re.MULTILINE)
    assert all((BASE_DIR / path).exists() for line in copied for path in line.split())
