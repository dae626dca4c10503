"""`python -m pytest_aiassert` is the `aiassert` command."""

from pytest_aiassert.cli import main

if __name__ == "__main__":
    main()
