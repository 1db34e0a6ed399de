"""The `znx` command: `python -m gateway` and the console script."""

from gateway.cli import main

if __name__ == "__main__":
    main()
