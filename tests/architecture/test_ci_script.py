from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("bash", "dirname", "timeout", "sleep", "cat", "env")
Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the script is for Linux machines")


@pytest.fixture
def ci(tmp_path: Path) -> Run:
    """Run a copy of the script where only stand-ins of make, node, npm, git, the browser and apt-get can be found."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in TOOLS:
        (programs / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    _stand_in(
        programs / "make", f'echo "made $1 with $PWD"; case " $FAILING " in *" $1 "*) exit 7;; esac; : {tmp_path}'
    )
    for name in ("node", "npm", "git", "chromium"):
        _stand_in(programs / name, "echo v1")

    def run(*, without: tuple[str, ...] = (), failing: str = "", apt: str = "") -> subprocess.CompletedProcess[str]:
        for name in without:
            (programs / name).unlink()
        if apt:
            _stand_in(programs / "apt-get", apt)
        environment = {"PATH": str(programs), "PYTHON": sys.executable, "FAILING": failing, "HOME": str(tmp_path)}
        script = [str(programs / "bash"), str(tmp_path / ".ci" / "run")]
        return subprocess.run(script, env=environment, cwd="/", capture_output=True, text=True, timeout=60, check=False)

    return run


def _stand_in(path: Path, body: str) -> None:
    path.write_text(f"#!{shutil.which('bash')}\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def test_script_is_executable() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_all_stages_run_in_order(ci: Run, tmp_path: Path) -> None:
    done = ci()

    assert done.returncode == 0, done.stderr
    assert "nothing is missing" in done.stdout
    made = [line for line in done.stdout.splitlines() if line.startswith("made ")]
    assert made == [f"made {target} with {tmp_path}" for target in ("eval", "lint", "test", "test-sdks")]
    assert "all stages passed" in done.stdout


def test_one_failing_stage_does_not_hide_the_others(ci: Run) -> None:
    done = ci(failing="lint")

    assert done.returncode == 1
    assert "--- make lint: exit 7" in done.stdout
    assert "--- make test: exit 0" in done.stdout
    assert "failed: make lint" in done.stderr


def test_what_is_missing_is_installed(ci: Run, tmp_path: Path) -> None:
    put = f'echo "apt-get $*" >> {tmp_path}/log; if [ "$1" = install ]; then '
    put += f'for p in chromium node npm; do printf "#!$BASH\\necho v1\\n" > {tmp_path}/bin/$p; '
    put += f"{shutil.which('chmod')} +x {tmp_path}/bin/$p; done; fi"
    if os.geteuid() != 0:
        _stand_in(tmp_path / "bin" / "sudo", 'while [[ $1 == --* ]]; do shift; done; "$@"')

    done = ci(without=("chromium", "node", "npm"), apt=put)

    assert done.returncode == 0, done.stderr
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert log.splitlines() == [
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends chromium nodejs npm",
    ]


def test_without_a_package_manager_it_says_what_to_install(ci: Run) -> None:
    done = ci(without=("node",))

    assert done.returncode == 1
    assert "install by hand: nodejs" in done.stderr
