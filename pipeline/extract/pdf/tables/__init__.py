"""Tables of a PDF page: ruled, or told by how their words stand below each other."""
