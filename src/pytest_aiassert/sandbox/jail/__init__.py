"""What runs on the far side: imports only the standard library, never the rest of the package."""
