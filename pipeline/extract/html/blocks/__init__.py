"""The tree of a page to blocks: paragraphs, headings, list items, tables, hidden text."""
