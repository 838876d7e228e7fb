"""The command line: parses arguments, calls the run, prints results."""
