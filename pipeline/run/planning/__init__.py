"""Plans a run: which documents there are, which of them are processed again, and why."""
