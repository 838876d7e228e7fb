"""Words that stand glued together or parted by a space."""
