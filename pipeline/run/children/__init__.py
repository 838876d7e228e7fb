"""Child processes: each analyses one document at a time and may die without harm to the others."""
