"""Where bytes come from: the folder `raw/`, what lies in it, and what is known about it besides its content.

- `folder`: every file below a folder, without following a link; paths as text and back
- `access`: opening what lies below `raw/`, so that no path leads out of it
- `content`: a file's bytes, their digest and their media type, told by content; `gz`: the members of a gzip file
- `metadata`: what is known about a document, from `NAME.meta.json` beside it and from the `manifest`;
  `values`: what each value may be
"""
