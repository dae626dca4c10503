"""Whole-process measurements: what the plugin costs, beside what it is compared with. Run `python -m benchmarks`."""
