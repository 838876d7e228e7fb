"""Where bytes come from: the folder `raw/`, what lies in it, and what is known about it besides its content.

- `folder`: every file below a folder, without following a link
- `content`: a file's bytes, their digest and their media type, told by content
- `metadata`: `manifest.csv`, `NAME.meta.json` beside a file
"""
