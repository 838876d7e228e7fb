"""Words of a PDF page to lines, columns, paragraphs and headings."""
