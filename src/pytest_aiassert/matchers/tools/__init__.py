"""Matchers of tool calls."""
