"""Runs: their records, their files, and running a golden set without pytest."""
