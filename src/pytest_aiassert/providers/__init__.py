"""Providers for tests: scripted replies, and recorded ones."""
