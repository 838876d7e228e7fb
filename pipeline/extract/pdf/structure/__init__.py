"""What a PDF says of its own structure: the tags of its contents, and its bookmarks."""
