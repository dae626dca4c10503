"""Providers: one module per wire format, and `connect`, which picks one from a spec."""
