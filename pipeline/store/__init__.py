"""What stands in the output folder and its ledger; files are visible under their names only whole."""
