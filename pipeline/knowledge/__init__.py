"""What the program knows as data: findings, causes, headings, networks, names. A user may extend most of it."""
