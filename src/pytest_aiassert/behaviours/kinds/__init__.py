"""The built-in behaviours, a module for each kind."""
