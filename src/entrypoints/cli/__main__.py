"""`python -m entrypoints.cli` is `errand`."""

from entrypoints.cli.main import main

if __name__ == "__main__":
    main()
