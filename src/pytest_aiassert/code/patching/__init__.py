"""Patches that models write: reading them, and applying them to files in memory."""
