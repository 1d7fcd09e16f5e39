"""`python -m epistula` is `epistula`."""

from epistula.cli import main

if __name__ == "__main__":
    main()
