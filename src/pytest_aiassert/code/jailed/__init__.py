"""Source that is sent into the sandbox and run there; it needs the standard library only."""
