"""The parts of the documentation that are generated from the program, and the command that writes them."""
