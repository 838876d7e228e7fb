"""Forms (the PDF's reusable drawings) that call forms: pages that would be painted without end are not loaded.

PDFium follows a form that calls itself 40 levels deep. One that calls itself twice is painted 2 to the power of 40
times, for which PDFium takes all memory and aborts the process. So the calls are counted before a page is loaded.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

_MAX_CALLS = 50_000
"""Calls of forms from within forms on one page. 37,000 calls of a form with a line of text take PDFium 6 s and 500 MB;
the files of the benchmark have 60 at most."""
_DEEPEST = 40
_MAX_FORMS = 20_000
_MAX_CONTENT = 1 << 22
_IS_FORM = re.compile(rb"/Subtype\s*/Form\b")
_OBJECT = re.compile(rb"(\d{1,10})\s+(\d{1,5})\s+$")
_HEADER_WITHIN = 4096
_LONGEST_NUMBER = 24
_CALL = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do\b")
_ESCAPE = re.compile(r"#([0-9A-Fa-f]{2})")

Key = tuple[int, int]
Calls = dict[Key, int]
"""How often a form calls each other one."""


def endless_pages(data: bytes, password: str | None) -> frozenset[int]:
    """The pages (from 0) on which forms call forms too often to be painted; none where qpdf cannot open the file."""
    if not _IS_FORM.search(data):
        return frozenset()
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data), password=password or "", suppress_warnings=True) as pdf:
            return _endless_pages(pdf, data)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, KeyError, RecursionError, AttributeError):
        return frozenset()


def _endless_pages(pdf: Any, data: bytes) -> frozenset[int]:
    forms = _forms(pdf, data)
    names = _page_names(pdf) if any(_calls_by_page(form) for form in forms.values()) else {}
    graph = {key: _calls(form, names) for key, form in forms.items()}
    endless = {key for key, calls in _all_calls(graph).items() if calls > _MAX_CALLS}
    if not endless:
        return frozenset()
    return frozenset(
        number for number, page in enumerate(pdf.pages) if endless & _reached(_resources(page.obj))
    )


def _forms(pdf: Any, data: bytes) -> dict[Key, Any]:
    """The forms of the file, found by their dictionaries, which are never compressed."""
    import pikepdf

    found: dict[Key, Any] = {}
    for match in _IS_FORM.finditer(data):
        end = data.rfind(b"obj", max(0, match.start() - _HEADER_WITHIN), match.start())
        header = _OBJECT.search(data[max(0, end - _LONGEST_NUMBER) : end]) if end > 0 else None
        if header is None:
            continue
        key = (int(header.group(1)), int(header.group(2)))
        if key not in found and len(found) < _MAX_FORMS:
            form = pdf.get_object(key)
            if isinstance(form, pikepdf.Stream):
                found[key] = form
    return found


def _drawings(resources: Any) -> dict[str, Key]:
    """The objects that a resource dictionary has names for, to be painted with `Do`."""
    import pikepdf

    drawings = resources.get("/XObject") if isinstance(resources, pikepdf.Dictionary) else None
    if not isinstance(drawings, pikepdf.Dictionary):
        return {}
    return {name[1:]: drawn.objgen for name, drawn in drawings.items() if isinstance(drawn, pikepdf.Object)}


def _calls_by_page(form: Any) -> bool:
    """Whether a form has no names of its own, and takes those of the page."""
    return form.get("/Resources") is None


def _reached(resources: Any) -> set[Key]:
    """All drawings that can be reached from a page's resources, also through fonts whose glyphs are drawings."""
    import pikepdf

    reached: set[Key] = set()
    waiting = [resources]
    while waiting and len(reached) < _MAX_FORMS:
        resources = waiting.pop()
        if not isinstance(resources, pikepdf.Dictionary):
            continue
        for kind in ("/XObject", "/Font", "/Pattern"):
            named = resources.get(kind)
            for item in named.as_dict().values() if isinstance(named, pikepdf.Dictionary) else ():
                if isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)) and item.objgen not in reached:
                    if item.objgen != (0, 0):
                        reached.add(item.objgen)
                    waiting.append(item.get("/Resources"))
    return reached


def _page_names(pdf: Any) -> dict[str, Key]:
    names: dict[str, Key] = {}
    for page in pdf.pages:
        names |= _drawings(_resources(page.obj))
    return names


def _resources(page: Any) -> Any:
    """The resources of a page, which it may have from a node above it."""
    for _ in range(_DEEPEST):
        if page is None or page.get("/Resources") is not None:
            break
        page = page.get("/Parent")
    return page.get("/Resources") if page is not None else None


def _calls(form: Any, page_names: dict[str, Key]) -> Calls:
    names = page_names if _calls_by_page(form) else _drawings(form.get("/Resources"))
    calls: Calls = {}
    if names:
        for name in _called(form):
            if name in names:
                calls[names[name]] = calls.get(names[name], 0) + 1
    return calls


def _called(form: Any) -> Iterator[str]:
    """The names that a form's content paints, in order."""
    for match in _CALL.finditer(decoded(form, _MAX_CONTENT)):
        name = match.group(1).decode("latin-1")
        yield _ESCAPE.sub(lambda escaped: chr(int(escaped.group(1), 16)), name)


def decoded(stream: Any, most: int) -> bytes:
    """The first `most` bytes of a stream, decoded without letting it swell."""
    raw: bytes = stream.read_raw_bytes()
    filters = stream.get("/Filter")
    if filters is None:
        return raw[:most]
    if str(filters) in ("/FlateDecode", 'pikepdf.Array([ pikepdf.Name("/FlateDecode") ])'):
        try:
            return zlib.decompressobj().decompress(raw, most)
        except zlib.error:
            return b""
    return bytes(stream.read_bytes())[:most] if len(raw) < _MAX_CONTENT // 1024 else b""


def _all_calls(graph: dict[Key, Calls]) -> dict[Key, int]:
    """How many forms each form paints, those that they paint included, as deep as PDFium follows them."""
    total = dict.fromkeys(graph, 0)
    callers = {key: calls for key, calls in graph.items() if any(called in graph for called in calls)}
    for _ in range(_DEEPEST if callers else 0):
        now = dict(total)
        for key, calls in callers.items():
            now[key] = min(
                sum(times * (1 + total[called]) for called, times in calls.items() if called in total),
                _MAX_CALLS + 1,
            )
        if now == total:
            break
        total = now
    return total
