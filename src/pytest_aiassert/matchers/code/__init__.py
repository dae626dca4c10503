"""Matchers of code."""
