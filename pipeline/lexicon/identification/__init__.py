"""Which language a text is in: scripts, alphabets, n-grams, word lists."""
