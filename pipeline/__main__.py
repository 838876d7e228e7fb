"""`python -m pipeline` is `cityreports`."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
