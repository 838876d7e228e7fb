"""The fields of a profile, one module each: the value, with the spans that it was read from."""
