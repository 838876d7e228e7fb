"""Which blocks of a page are its content, and the roles of the others."""
