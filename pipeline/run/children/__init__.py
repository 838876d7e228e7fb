"""Processes that each do one document at a time and may die without harm to the others."""
