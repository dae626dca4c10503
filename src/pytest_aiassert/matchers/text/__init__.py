"""Matchers of a reply's words."""
