"""Matchers of JSON in a reply."""
