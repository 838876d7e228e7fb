"""Which documents there are, which of them are done again, and why."""
