"""The output folder and its ledger; no file is visible under its name before it is complete."""
