"""Runs a command while litellm's proxy speaks the Anthropic and Responses APIs before the model that PROVIDER names.

    python scripts/with_proxy.py LITELLM COMMAND…

LITELLM is the program of that name, from `pip install 'litellm[proxy]'`. The command finds PROXY (a URL)
and PROXY_KEY (made up for this run), or WITHOUT_PROXY, the reason why there is none.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 180.0
"""Seconds that the proxy may take to start: it loads hundreds of megabytes."""


def main(litellm: str, *command: str) -> int:
    """Run the command, and return its exit code."""
    with proxy(litellm, os.environ.get("PROVIDER", "")) as found:
        if "WITHOUT_PROXY" in found:
            print(f"with_proxy: {found['WITHOUT_PROXY']}", file=sys.stderr)
        return subprocess.run(command, env={**os.environ, **found}, check=False).returncode


@contextmanager
def proxy(litellm: str, provider: str) -> Iterator[dict[str, str]]:
    """Yield the variables that tell of a proxy, which ends with the block."""
    if not provider.startswith("openai+"):
        yield {"WITHOUT_PROXY": f"no proxy: PROVIDER={provider!r} is no openai+http://HOST:PORT/v1:MODEL"}
        return
    if shutil.which(litellm) is None:
        yield {"WITHOUT_PROXY": f"no proxy: {litellm} is missing, as litellm[proxy] was not installed"}
        return
    base_url, _, model = provider.removeprefix("openai+").rpartition(":")
    key, port = f"sk-{secrets.token_hex(24)}", free_port()
    with tempfile.TemporaryDirectory() as folder:
        config, log = Path(folder, "config.yaml"), Path(folder, "log")
        config.write_text(configuration(base_url, model), encoding="utf-8")
        own = {"LITELLM_MASTER_KEY": key, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_COLOR": "1"}
        upstream = {"OPENAI_API_KEY": os.environ.get("OPENAI_API_KEY") or "none"}
        arguments = ("--config", str(config), "--host", "127.0.0.1", "--port", str(port), "--telemetry", "False")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [litellm, *arguments],
                env={**os.environ, **own, **upstream},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl+C is for the command: the proxy ends after it
            )
        try:
            url = f"http://127.0.0.1:{port}"
            if answers(url, process):
                yield {"PROXY": url, "PROXY_KEY": key}
            else:
                last = " ".join(log.read_text(encoding="utf-8", errors="replace").split())[-500:]
                yield {"WITHOUT_PROXY": f"no proxy: litellm did not start: {last.replace(key, '…')}"}
        finally:
            end(process)


def configuration(base_url: str, model: str) -> str:
    """Return the proxy's settings; as lm_studio, every API is translated to chat completions."""
    parameters = {"model": f"lm_studio/{model}", "api_base": base_url, "api_key": "os.environ/OPENAI_API_KEY"}
    return json.dumps(
        {
            "model_list": [{"model_name": model, "litellm_params": parameters}],
            "litellm_settings": {"telemetry": False},
        }
    )


def free_port() -> int:
    """Return a port of loopback that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the proxy answers; say whether it does."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/health/liveliness", timeout=5).close()
        except (OSError, urllib.error.URLError):
            time.sleep(0.5)
        else:
            return True
    return False


def end(process: subprocess.Popen[bytes]) -> None:
    """End the proxy, kindly at first."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if len(sys.argv) < 3:  # noqa: PLR2004  a program and a command
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
