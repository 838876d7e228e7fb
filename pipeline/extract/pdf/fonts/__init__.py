"""Fonts whose character map is missing or wrong, and what their text is."""
