"""Plain text and Markdown to a document: lines, units over several lines, blocks."""
