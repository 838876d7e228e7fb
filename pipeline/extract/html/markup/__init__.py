"""HTML source to a light tree in which every run of text knows where it stands."""
