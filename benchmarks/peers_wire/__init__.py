"""Probes of tools that mock and record model APIs, run by `benchmarks.wire_peers` in environments of their own."""
