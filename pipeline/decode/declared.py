"""The charset that a page declares in its own markup.

After the prescan of the HTML standard (WHATWG HTML, "prescan a byte stream to determine its encoding"), with a longer
reach, because templates put comments and scripts before their declaration; and the XML declaration.
"""

from __future__ import annotations

import re

REACH = 8192
"""How many bytes from the start are looked at (the standard looks at 1,024)."""

_XML = re.compile(rb"""\A\s{0,64}<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_TAG = re.compile(rb"<!--.*?(?:-->|\Z)|<meta[\s/]([^>]{0,1000})>", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(
    rb"""(?:\A|[\s"'/])charset\s*+=\s*+(?:["']\s*+)?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE
)
_IN_CONTENT = re.compile(
    rb"""\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+(?:\s*charset[^\s>]*)?))""", re.IGNORECASE
)
_IN_VALUE = re.compile(rb"""charset\s*+=\s*+(?:["']\s*+)?([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_IS_HTTP_EQUIV = re.compile(rb"""\bhttp-equiv\s*+=\s*+(?:["']\s*+)?content-type""", re.IGNORECASE)


def declared_in_markup(data: bytes) -> str | None:
    """The label in `<meta charset>`, `<meta http-equiv=content-type>` or an XML declaration, as written; else None."""
    head = data[:REACH]
    xml = _XML.search(head)
    if xml:
        return xml[1].decode("ascii")
    for tag in _TAG.finditer(head):
        label = _of_meta(tag[1]) if tag[1] else None
        if label:
            return label
    return None


def _of_meta(attributes: bytes) -> str | None:
    if _IS_HTTP_EQUIV.search(attributes):
        content = _IN_CONTENT.search(attributes)
        value = next((part for part in content.groups() if part), b"") if content else b""
        found = _IN_VALUE.search(value)
    else:
        without_content = _IN_CONTENT.sub(b" ", attributes)
        found = _CHARSET.search(without_content)
    return found[1].decode("ascii") if found else None
