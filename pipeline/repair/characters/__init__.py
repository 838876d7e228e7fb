"""Single characters that do not belong: invisible ones, controls, letters of another script."""
