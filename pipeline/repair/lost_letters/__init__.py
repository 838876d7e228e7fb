"""Letters that a charset lacked: which words are guessed, and which guesses are certain."""
