"""Measure and publish: `python -m benchmarks [--only NAME] [--quick] [--peers]`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from benchmarks import publish

OWN = ("install", "idle", "trial", "evaluation", "linting", "reading")
WITH_PEERS = (*OWN, "wire", "peers")
ON_DEMAND = ("sandbox", "wire_peers")  # the one needs data beside the repository, the other npm


def main(arguments: list[str] | None = None) -> int:
    """Return 1 where a figure is beyond its bound by more than its interval explains."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        action="append",
        choices=(*WITH_PEERS, *ON_DEMAND),
        metavar="NAME",
        help=f"one of {', '.join((*WITH_PEERS, *ON_DEMAND))}; repeatable",
    )
    parser.add_argument(
        "--quick", action="store_true", help="fewer rounds; prints, and leaves docs/benchmarks.md alone"
    )
    parser.add_argument("--peers", action="store_true", help="install and measure pytest-evals and deepeval too")
    options = parser.parse_args(arguments)

    results = {}
    for name in options.only or (WITH_PEERS if options.peers else OWN):
        print(f"{name} …", flush=True)
        results[name] = import_module(f"benchmarks.{name}").measure(quick=options.quick)
        print(publish.as_text(results[name]) + "\n", flush=True)
    if not options.quick:
        print("wrote " + ", ".join(str(path) for path in publish.write(results)))
    over = [f"{name}: {figure.name}" for name, result in results.items() for figure in result.figures if figure.over]
    if over:
        print("beyond the bound: " + "; ".join(over), file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
