"""What an address says: its host, and the words of its path."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from pipeline.records import Source, short_id

_SEPARATORS = re.compile(r"[-_.+ /]+")
_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_cid|mc_eid|ref|source)=", re.IGNORECASE)
_FILE_ENDINGS = re.compile(r"\.(?:x?html?|php\d?|aspx?|jsp|pdf|txt|md|gz)$", re.IGNORECASE)


def canonical(url: str) -> str:
    """The form of an address under which captures of one page meet: no fragment, no tracking, no trailing slash."""
    parts = urlsplit(url)
    query = "&".join(item for item in parts.query.split("&") if item and not _TRACKING.match(item))
    host = parts.netloc.lower().removesuffix(":80" if parts.scheme == "http" else ":443")
    return f"{parts.scheme.lower()}://{host}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")


def profile_id(source: Source) -> str:
    """The identity of a page: its address, else its path. It stays when the text changes."""
    url = source.get("url")
    return short_id("url", canonical(url)) if url else short_id("path", source.path)


def site_of(source: Source) -> tuple[str, str] | None:
    """The site and the metadata key it is known from: named beside the file, else the host, else the first folder."""
    named = source.metadata.get("site")
    if named is not None and named.origin.startswith(("manifest.", "sidecar.")):
        return named.value, "site"
    url = source.get("url")
    if url and (host := urlsplit(url).hostname):
        return host.removeprefix("www."), "url"
    folder, slash, _ = source.path.partition("/")
    return (folder, "path") if slash else None


def words_of_path(source: Source) -> list[str]:
    """The last two steps of the address (else of the path) as texts to look names up in, the last first."""
    url = source.get("url")
    path = unquote(urlsplit(url).path) if url else source.path
    steps = [step for step in path.split("/") if step]
    texts = []
    for step in reversed(steps[-2:]):
        bare = _FILE_ENDINGS.sub("", _FILE_ENDINGS.sub("", step))
        texts.append(" ".join(word for word in _SEPARATORS.split(bare) if word and not word.isdigit()))
    return [text for text in texts if text]
