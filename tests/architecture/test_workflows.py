from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

WORKFLOWS = sorted((Path(__file__).resolve().parents[2] / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@v\d+")


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request: pytest.FixtureRequest) -> dict[Any, Any]:
    return yaml.safe_load(request.param.read_text(encoding="utf-8"))


def test_workflows_may_only_read(workflow: dict[Any, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in workflow["jobs"].values())


def test_workflows_end_and_do_not_pile_up(workflow: dict[Any, Any]) -> None:
    assert "group" in workflow["concurrency"]
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


def test_actions_are_pinned_to_a_major_version(workflow: dict[Any, Any]) -> None:
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]

    assert used
    assert all(PINNED.fullmatch(name) for name in used), used


def test_secrets_reach_single_steps_only(workflow: dict[Any, Any]) -> None:
    outside = {**workflow, "jobs": {n: {**job, "steps": ()} for n, job in workflow["jobs"].items()}}

    assert "secrets." not in str(outside)


def test_aiassert_commands_have_the_options_used(workflow: dict[Any, Any]) -> None:
    from typer.main import get_command

    from pytest_aiassert.cli.app import app

    commands = get_command(app).commands
    lines = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    for name, options in re.findall(r"aiassert (\w+)([^|&\n]*)", "\n".join(lines)):
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--[\w-]+", options)) <= known, name
