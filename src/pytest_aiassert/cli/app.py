"""The commands of `aiassert` and their options; each imports its work when it is called."""
# ruff: noqa: FBT001, FBT002, PLR0917, D301  a command's parameters are its options; \b keeps a paragraph's lines

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from typer.core import TyperGroup

from assistant.errors import AssistantError
from pytest_aiassert.cli.exit_codes import BAD_INPUT
from pytest_aiassert.cli.screen import complain, silence_output
from pytest_aiassert.errors import AIAssertError

_ClickError = cast(
    "type[Exception]", next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
)


class OneLineErrors(TyperGroup):
    """Turns every expected error into one message on stderr and exit code 2."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run and exit; the exit code is the command's own, 2 for bad input."""
        try:
            code = super().main(
                args, prog_name, complete_var, standalone_mode=False, windows_expand_args=windows_expand_args, **extra
            )
            sys.stdout.flush()
        except (AIAssertError, AssistantError) as error:
            complain(str(error))
            code = BAD_INPUT
        except OSError as error:  # from standard output: a full disk must not look like a verdict
            silence_output()
            complain(f"cannot write the output: {error.strerror or error}")
            code = BAD_INPUT
        except _ClickError as error:
            context = getattr(error, "ctx", None)
            path = context.command_path if context else "aiassert"
            complain(f"{_format(error)}; see '{path} --help'")
            code = BAD_INPUT
        if not standalone_mode:
            return code
        sys.exit(code if isinstance(code, int) else 0)


def _format(error: Exception) -> str:
    text: str = error.format_message()  # type: ignore[attr-defined]  # every ClickException has it
    return " ".join(text.split()).rstrip(".")


app = typer.Typer(
    cls=OneLineErrors,
    name="aiassert",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
golden_app = typer.Typer(help="Look at golden sets.", rich_markup_mode=None)
cassettes_app = typer.Typer(help="Look at recorded replies.", rich_markup_mode=None)
app.add_typer(golden_app, name="golden")
app.add_typer(cassettes_app, name="cassettes")


ProviderOption = Annotated[
    str,
    typer.Option(
        "--provider", "-p", help="replay:MODEL, openai:MODEL, or openai+http://HOST:PORT/v1:MODEL.", metavar="SPEC"
    ),
]
CaseOption = Annotated[list[str] | None, typer.Option("--case", help="Only this case; repeatable.", metavar="ID")]
GoldenArgument = Annotated[Path, typer.Argument(help="A golden set: its folder or YAML file.", metavar="GOLDEN")]


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Judge AI output, and say whether a new model version is worse.

    \b
    Examples:
      aiassert run golden/coding --provider replay:qwen-0.5b
      aiassert compare golden/coding/runs/qwen-0.5b.jsonl golden/coding/runs/qwen-1.5b.jsonl
      aiassert doctor
    """
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"aiassert {installed('pytest-aiassert')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(short_help="Say whether run B is worse than run A.")
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="The run to compare with, for example last night's.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The new run.")],
    alpha: Annotated[float, typer.Option(help="One-sided error probability; 0.05 accepts 1 false alarm in 20.")] = 0.05,
    margin: Annotated[float, typer.Option(help="Loss of pass rate that you accept; 0.05 is 5 points.")] = 0.0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 where the runs decide nothing.")] = False,
) -> None:
    """Say whether run B is worse than run A, how much, and in which cases.

    Exit code: 0 no regression, 1 regression, 2 bad input, 3 undecided with --strict.

    \b
    Examples:
      aiassert compare runs/monday.jsonl runs/tuesday.jsonl
      aiassert compare old.jsonl new.jsonl --margin 0.05 --strict
    """
    from pytest_aiassert.cli.comparing import compare_files

    raise typer.Exit(compare_files(a, b, alpha=alpha, margin=margin, as_json=json, strict=strict))


@app.command(short_help="Run a golden set against a model.")
def run(
    golden: GoldenArgument,
    provider: ProviderOption,
    judge: Annotated[
        str, typer.Option(help="Who judges where a check asks a model; default: the recorded judge.", metavar="SPEC")
    ] = "replay",
    samples: Annotated[
        int | None, typer.Option(min=1, help="Trials a case; default: all recorded replies, or 1 from a live model.")
    ] = None,
    min_pass_rate: Annotated[
        float, typer.Option(help="Pass rate that a case needs unless it has its own; above 0, at most 1.")
    ] = 1.0,
    save: Annotated[Path | None, typer.Option(help="Write the run here, a line per trial.", metavar="PATH")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted run in --save.")] = False,
    report: Annotated[
        list[Path] | None, typer.Option(help="Write a report: .html, .md or .json; repeatable.", metavar="PATH")
    ] = None,
    case: CaseOption = None,
    model_name: Annotated[str | None, typer.Option(help="Name of this model version in run and report.")] = None,
) -> None:
    """Run a golden set against a model, live or from its recorded replies.

    Exit code: 0 every trial was judged, 1 some ended in an error, 2 bad input.

    \b
    Examples:
      aiassert run golden/coding -p replay:qwen-0.5b
      aiassert run golden/coding -p openai:gpt-5-mini --samples 5 --save runs/mini.jsonl --report mini.html
    """
    from pytest_aiassert.cli.running import RunOptions, run_golden

    options = RunOptions(
        provider=provider,
        judge=judge,
        samples=samples,
        min_pass_rate=min_pass_rate,
        save=save,
        resume=resume,
        reports=tuple(report or ()),
        cases=tuple(case or ()),
        model_name=model_name,
    )
    raise typer.Exit(run_golden(golden, options))


@app.command(short_help="Record a model's replies to a golden set.")
def record(
    golden: GoldenArgument,
    provider: ProviderOption,
    samples: Annotated[int, typer.Option(min=1, help="Replies to have of each case; those recorded count.")] = 1,
    model_name: Annotated[
        str | None, typer.Option(help="Folder under cassettes/; default: the model's own name.", metavar="NAME")
    ] = None,
    judge: Annotated[
        str | None, typer.Option(help="Record, too, what this model says where a check asks a judge.", metavar="SPEC")
    ] = None,
    case: CaseOption = None,
) -> None:
    """Record a model's replies to a golden set; run it again to continue where it stopped.

    \b
    Examples:
      aiassert record golden/coding -p openai+http://127.0.0.1:8080/v1:qwen --samples 5
      aiassert run golden/coding -p replay:qwen --save golden/coding/runs/qwen.jsonl
    """
    from pytest_aiassert.cli.recording import record_golden

    only = tuple(case or ())
    code = record_golden(golden, provider, samples=samples, model_name=model_name, only=only, judge=judge)
    raise typer.Exit(code)


@app.command(short_help="Write a report of saved runs.")
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run files, one for each model version.")],
    output: Annotated[
        list[Path] | None,
        typer.Option("--output", "-o", help="Where to: .html, .md or .json; repeatable.", metavar="PATH"),
    ] = None,
    title: Annotated[str | None, typer.Option(help="The report's title; default: the run's name.")] = None,
) -> None:
    """Write a report of saved runs, or print a summary where no --output is given.

    \b
    Example:
      aiassert report golden/coding/runs/*.jsonl --output coding.html
    """
    from pytest_aiassert.cli.reporting import report_runs

    raise typer.Exit(report_runs(runs, output or [], title=title))


@app.command(short_help="Say whether a judge agrees with people.")
def calibrate(
    labels: Annotated[
        Path,
        typer.Argument(help="CSV with columns reply and label; also prompt, reference, rubric, id."),
    ],
    judge: Annotated[
        str,
        typer.Option("--judge", "-j", help="Who judges; replay plays recorded answers.", metavar="SPEC"),
    ],
    rubric: Annotated[
        str | None, typer.Option(help="What a good reply does; unless a column says it.", metavar="TEXT")
    ] = None,
    threshold: Annotated[float | None, typer.Option(help="Score from which on the judge passes a reply.")] = None,
    label_threshold: Annotated[
        float | None, typer.Option(help="Score from which on people pass a reply; default: --threshold.")
    ] = None,
    scale: Annotated[tuple[float, float], typer.Option(help="Bounds of the scale.", metavar="LOW HIGH")] = (
        0,
        1,
    ),
    votes: Annotated[int, typer.Option(min=1, help="Answers to each question; their median counts.")] = 1,
    min_kappa: Annotated[float | None, typer.Option(help="Exit with 1 where kappa is lower.")] = None,
    report: Annotated[
        list[Path] | None, typer.Option(help="Write a report: .md or .json; repeatable.", metavar="PATH")
    ] = None,
    cassette: Annotated[
        Path | None, typer.Option(help="Where the answers are kept; default: LABELS with .judge.json.", metavar="PATH")
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Most tokens of an answer.")] = None,
    timeout: Annotated[float, typer.Option(help="Most seconds to wait for an answer.")] = 600.0,
) -> None:
    """Say whether a judge agrees with people: agreement, Cohen's kappa, and where they differ.

    Exit code: 0 done, 1 below --min-kappa, 2 bad input. Run it again to continue where it stopped.

    \b
    Examples:
      aiassert calibrate labels.csv --judge openai:gpt-5-mini --rubric "Answers the question." --min-kappa 0.6
      aiassert calibrate labels.csv --judge replay --rubric "Answers the question." --report kappa.md
    """
    from pytest_aiassert.cli.calibrating import CalibrateOptions
    from pytest_aiassert.cli.calibrating import calibrate as calibrate_judge

    options = CalibrateOptions(
        judge=judge,
        rubric=rubric,
        threshold=threshold,
        label_threshold=label_threshold,
        scale=scale,
        votes=votes,
        min_kappa=min_kappa,
        reports=tuple(report or ()),
        cassette=cassette,
        max_tokens=max_tokens,
        timeout=timeout,
    )
    raise typer.Exit(calibrate_judge(labels, options))


@golden_app.command("ls")
def golden_list(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Golden sets; default: ./golden.")
    ] = None,
) -> None:
    """List the cases of golden sets, and how often each is recorded."""
    from pytest_aiassert.cli.inspecting import list_golden

    raise typer.Exit(list_golden(paths or [Path("golden")]))


@golden_app.command("validate")
def golden_validate(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Golden sets: folders or YAML files.")],
) -> None:
    """Check golden sets; every problem is named with its line. Exit code: 0 valid, 2 not."""
    from pytest_aiassert.cli.inspecting import validate_golden

    raise typer.Exit(validate_golden(paths))


CassettesArgument = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Cassette files, or folders of them.")]


@cassettes_app.command("ls")
def cassettes_list(
    paths: CassettesArgument,
    max_age: Annotated[
        int | None, typer.Option(min=0, metavar="DAYS", help="List only those with replies older than this.")
    ] = None,
) -> None:
    """List recordings: replies, models and dates. Exit code: 0 all can be read, 2 not."""
    from pytest_aiassert.cli.cassettes import list_cassettes

    raise typer.Exit(list_cassettes(paths, max_age=max_age))


@cassettes_app.command("show")
def cassettes_show(paths: CassettesArgument) -> None:
    """Show every request and its reply. Exit code: 0 all can be read, 2 not."""
    from pytest_aiassert.cli.cassettes import show_cassettes

    raise typer.Exit(show_cassettes(paths))


@cassettes_app.command("verify")
def cassettes_verify(paths: CassettesArgument) -> None:
    """Validate replies offline against the response models of the SDKs that are installed now.

    Exit code: 0 all can be read by their SDK, 1 some lack what it needs, 2 a cassette is damaged.
    """
    from pytest_aiassert.cli.cassettes import verify_cassettes

    raise typer.Exit(verify_cassettes(paths))


@cassettes_app.command("prune")
def cassettes_prune(
    paths: CassettesArgument,
    usage: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What the last pytest session used; default: as noted in .pytest_cache."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it; else it is only listed.")] = False,
) -> None:
    """List what can go, and remove it with --yes.

    That is: replies which the last pytest session recorded as unused, cassettes of test modules that are gone, and
    binary bodies that no cassette names.
    """
    from pytest_aiassert.cli.cassettes import prune_cassettes

    raise typer.Exit(prune_cassettes(paths, usage=usage, yes=yes))


@app.command("serve-mock", short_help="Serve mocked model APIs on this machine.")
def serve_mock(
    script: Annotated[Path, typer.Argument(metavar="SCRIPT", help="A YAML file that says who answers what.")],
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.")] = 0,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
) -> None:
    """Serve mocked model APIs on this machine, for programs in any language, until interrupted.

    The first line printed is 'serving URL', the next ones are the variables that lead SDKs there.

    \b
    Example:
      aiassert serve-mock replies.yaml --port 8080
    """
    from pytest_aiassert.cli.serving import serve_mock as serve

    raise typer.Exit(serve(script, host=host, port=port))


@app.command(short_help="Say what this machine has.")
def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for scripts.")] = False,
) -> None:
    """Say what this machine has; what cannot be judged for want of the rest, and how to get it."""
    from pytest_aiassert.cli.doctor import examine

    raise typer.Exit(examine(as_json=as_json))
