import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.main import get_command

from pytest_aiassert.cli.app import app

HELP = [
    ((), "Judge AI output, and say whether a new model version is worse."),
    (("--help",), "aiassert doctor"),
    (("compare", "--help"), "aiassert compare old.jsonl new.jsonl --margin 0.05 --strict"),
    (("run", "--help"), "aiassert run golden/coding -p replay:qwen-0.5b"),
    (("record", "--help"), "aiassert record golden/coding -p openai+http://127.0.0.1:8080/v1:qwen --samples 5"),
    (("report", "-h"), "aiassert report golden/coding/runs/*.jsonl --output coding.html"),
    (("golden", "--help"), "validate"),
]


@pytest.mark.parametrize(("args", "words"), HELP)
def test_help_teaches_with_examples(aiassert, args, words):
    result = aiassert(*args)
    assert result.exit_code == 0
    assert words in result.stdout


def test_the_version_is_the_packages(aiassert):
    assert aiassert("--version").stdout == "aiassert 0.1.0\n"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("comprae",), "aiassert: No such command 'comprae'. Did you mean 'compare'?; see 'aiassert --help'"),
        (("--nope",), "aiassert: No such option: --nope"),
        (("compare", "a"), "aiassert: Missing argument 'B'; see 'aiassert compare --help'"),
        (("compare", "a", "b", "--alpha", "x"), "aiassert: Invalid value for '--alpha'"),
        (("compare", "a", "b"), "aiassert: no run at a; make one with: "),
        (("run", "g"), "aiassert: Missing option '--provider'"),
        (("run", "nowhere", "-p", "mock"), "aiassert: no golden set at nowhere"),
        (("golden",), "aiassert: Missing command; see 'aiassert golden --help'"),
        (("cassettes", "ls", "nowhere"), "aiassert: no file or folder at nowhere"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(aiassert, args, words):
    result = aiassert(*args)
    assert result.exit_code == 2
    assert result.stderr.startswith(words)
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def command(*args, **environment):
    return subprocess.run(
        [sys.executable, "-c", "from pytest_aiassert.cli import main; main()", *map(str, args)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_a_caller_may_have_the_exit_code_instead_of_an_exit(capsys):
    command = get_command(app)
    assert command.main(["compare", "a", "b"], standalone_mode=False) == 2
    assert "no run at a" in capsys.readouterr().err


HEAVY = ("yaml", "httpx2", "pydantic", "jinja2", "tree_sitter", "pytest", "rich.console", "anyio")


def test_the_real_command_starts_without_heavy_imports():
    code = (
        "import sys; from pytest_aiassert.cli import main\n"
        "sys.argv = ['aiassert', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    started = time.perf_counter()
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout.splitlines()[-1] == "[]"
    assert time.perf_counter() - started < 20, "it hangs"


def test_the_real_command_replays_compares_and_reports(root, tmp_path):
    golden = root / "golden" / "coding"
    run, page = tmp_path / "run.jsonl", tmp_path / "report.html"
    only = ("--case", "addition", "--case", "explain-yield")
    made = command("run", golden, "-p", "replay:qwen-0.5b", "--save", run, "--report", page, *only, NO_COLOR="1")
    assert made.returncode == 0, made.stderr
    assert f"wrote {run}" in made.stdout
    assert "addition" in made.stdout
    assert "\x1b[" not in made.stdout
    assert "addition" in page.read_text(encoding="utf-8")
    compared = command("compare", run, run, "--strict")
    assert compared.returncode == 3
    assert compared.stdout.startswith("Undecided: ")
    assert "Traceback" not in compared.stderr


def test_a_closed_pipe_is_no_traceback(root):
    aiassert = f"{sys.executable} -c 'from pytest_aiassert.cli import main; main()'"
    found = subprocess.run(
        f"{aiassert} golden ls {root / 'golden' / 'coding'} | true",
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in found.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("verb", ["golden ls", "compare"])
def test_a_full_disk_is_told_and_is_no_verdict(root, verb):
    coding = root / "golden" / "coding"
    run = coding / "runs" / "qwen-0.5b.jsonl"
    arguments = [str(coding)] if verb == "golden ls" else [str(run), str(run)]
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "pytest_aiassert", *verb.split(), *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (found.returncode, found.stderr) == (2, "aiassert: cannot write the output: No space left on device\n")


@pytest.mark.parametrize("rate", ["0", "-1", "1.5", "nan"])
def test_a_bar_that_all_or_nothing_would_pass_is_refused(root, rate):
    arguments = ["run", str(root / "golden" / "coding"), "-p", "replay:qwen-0.5b", f"--min-pass-rate={rate}"]
    found = subprocess.run(
        [sys.executable, "-m", "pytest_aiassert", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert (found.returncode, found.stdout) == (2, "")
    assert "it must be more than 0 and at most 1" in found.stderr
