"""What PDFium gives for a page: words with boxes and styles, rules, pictures."""
