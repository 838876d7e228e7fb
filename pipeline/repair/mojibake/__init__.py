"""Text that was decoded with the wrong charset: candidates, evidence, verdicts."""
