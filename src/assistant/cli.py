"""The command `assistant`: ask a model, and see why it does not answer."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from assistant.errors import AssistantError, ConfigurationError

if TYPE_CHECKING:
    from assistant.protocols import Provider

_BAD_INPUT: Final = 2
_INTERRUPTED: Final = 130
_NOT_PRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_ASK_EXAMPLES: Final = """Examples:

\b
assistant ask "What does zip(*rows) do?" --provider ollama:qwen2.5-coder:1.5b
git diff | assistant ask --provider openai:gpt-5.1
assistant ask - --json < prompt.txt

The provider may also stand in ASSISTANT_PROVIDER, or in assistant.toml."""

app = typer.Typer(
    name="assistant",
    help="Ask models about code, from a terminal.",
    epilog='For example: assistant ask "What does zip(*rows) do?" --provider ollama:qwen2.5-coder:1.5b',
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

ProviderOption = Annotated[
    str,
    typer.Option("--provider", "-p", metavar="SPEC", help="KIND:MODEL, or openai+URL:MODEL for a server of your own."),
]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; exits with 0, with 2 for bad input or no answer, with 130 after Ctrl-C."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")  # a reply may hold what the terminal cannot show
    try:
        app(args=arguments, prog_name="assistant")
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except AssistantError as error:
        sys.stderr.write(f"assistant: {' '.join(str(error).split())}\n")
        sys.exit(_BAD_INPUT)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered goes nowhere
        sys.stderr.write(f"assistant: cannot write the output: {error.strerror or error}\n")
        sys.exit(_BAD_INPUT)


@app.callback(invoke_without_command=True)
def top(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,  # noqa: FBT002  typer's form
) -> None:
    """Ask models about code, from a terminal."""
    if version:
        from assistant import __version__

        typer.echo(f"assistant {__version__}")
        raise typer.Exit


@app.command(epilog=_ASK_EXAMPLES)
def ask(
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="The question; - or none reads it from stdin.")] = "",
    provider: ProviderOption = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object: text, usage, cost, …")] = False,  # noqa: FBT002  typer's form
    no_stream: Annotated[bool, typer.Option("--no-stream", help="Print the reply when it is complete.")] = False,  # noqa: FBT002  typer's form
) -> None:
    """Ask one question and print the reply as it arrives."""
    from assistant.assembly import Assistant

    question = _question(prompt, piped=not sys.stdin.isatty())
    with Assistant(provider) as assistant:
        if as_json:
            reply = asdict(assistant.ask(question))
            typer.echo(json.dumps(reply, ensure_ascii=False, indent=2))
        elif no_stream:
            _print([assistant.ask(question).text])
        else:
            with closing(assistant.stream(question)) as chunks:
                _print(chunk.text for chunk in chunks)


@app.command(short_help="Show settings, and whether the provider answers.")
def doctor(provider: ProviderOption = "") -> None:
    """Say which settings are in force and whether the provider answers; exits with 1 where it does not."""
    from assistant import __version__
    from assistant.config import COMPATIBLE_KEY_VARIABLE, OPENAI_KEY_VARIABLE, load_settings

    settings = load_settings()
    spec = provider or settings.provider
    _line("assistant", __version__)
    _line("python", f"{sys.version.split()[0]} ({sys.executable})")
    _line("settings", settings.source)
    _line(OPENAI_KEY_VARIABLE, "set" if settings.openai_api_key else "not set")
    _line(COMPATIBLE_KEY_VARIABLE, "set" if settings.compatible_api_key else "not set")
    _line("provider", spec or "none; give --provider SPEC, or set ASSISTANT_PROVIDER")
    if not spec:
        return
    from assistant.assembly import connect

    connected = connect(spec, settings=settings)
    try:
        _line("answers", _reached(connected))
    except AssistantError as error:
        _line("answers", f"no: {' '.join(str(error).split())}")
        raise typer.Exit(1) from error
    finally:
        connected.close()


def _question(prompt: str, *, piped: bool) -> str:
    text = prompt
    if prompt == "-" or (not prompt and piped):
        try:
            text = sys.stdin.read()
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"standard input is not text: {error.reason}; pipe a text file") from error
    if not text.strip():
        raise ConfigurationError('there is no question; write assistant ask "…", or pipe one in')
    return text


def _reached(provider: Provider) -> str:
    from assistant.providers.openai import OpenAIProvider

    if not isinstance(provider, OpenAIProvider):
        return "unknown: this provider cannot be asked without a prompt"
    models = provider.models()
    if provider.model in models or not models:
        return "yes"
    return f"yes, but it does not list {provider.model!r}; it lists {', '.join(models[:10])}"


def _print(texts: Iterable[str]) -> None:
    """Write pieces as they come, and end with a line break; a terminal gets no control characters."""
    cleans = sys.stdout.isatty()
    last = ""
    for text in texts:
        shown = _NOT_PRINTABLE.sub("", text) if cleans else text
        sys.stdout.write(shown)
        sys.stdout.flush()
        last = shown or last
    if not last.endswith("\n"):
        sys.stdout.write("\n")


def _line(name: str, value: str) -> None:
    label: Any = f"{name:<26}"
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        label = typer.style(label, bold=True)
    typer.echo(f"{label} {value}")
