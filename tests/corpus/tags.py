"""Marked content in a PDF that reportlab draws, and the structure tree over it."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name
from reportlab.pdfgen.canvas import Canvas

Step = tuple[str, int]
"""A structure element on the way to a piece of content: its type, and a number by which it is told apart."""


@dataclass(frozen=True)
class Marked:
    """A piece of marked content: the elements that it stands in, from the outermost, and its place."""

    path: tuple[Step, ...]
    page: int
    mcid: int


class Artifact:
    """What is drawn inside is marked as belonging to the page, not to the text."""

    def __init__(self, canvas: Canvas, tagged: bool) -> None:
        self.canvas, self.tagged = canvas, tagged

    def __enter__(self) -> None:
        self.canvas.saveState()
        if self.tagged:
            self.canvas._code.append("/Artifact BMC")

    def __exit__(self, *_: object) -> None:
        if self.tagged:
            self.canvas._code.append("EMC")
        self.canvas.restoreState()


def with_structure(data: bytes, language: str, marked: list[Marked]) -> bytes:
    """The PDF `data` with a structure tree over its marked content."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        root.K = _element(pdf, "Document", root)
        elements: dict[tuple[Step, ...], pikepdf.Object] = {(): root.K}
        owners: dict[int, list[pikepdf.Object]] = {}
        for mark in marked:
            for depth in range(1, len(mark.path) + 1):
                path = mark.path[:depth]
                if path not in elements:
                    parent = elements[path[:-1]]
                    elements[path] = _element(pdf, path[-1][0], parent)
                    parent.K.append(elements[path])
            page = pdf.pages[mark.page - 1].obj
            elements[mark.path].K.append(Dictionary(Type=Name.MCR, Pg=page, MCID=mark.mcid))
            owners.setdefault(mark.page - 1, []).append(elements[mark.path])
        numbers = Array()
        for index in sorted(owners):
            pdf.pages[index].obj.StructParents = index
            numbers.append(index)
            numbers.append(pdf.make_indirect(Array(owners[index])))
        root.ParentTree = pdf.make_indirect(Dictionary(Nums=numbers))
        pdf.Root.StructTreeRoot = root
        pdf.Root.MarkInfo = Dictionary(Marked=True)
        pdf.Root.Lang = pikepdf.String(language)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


def _element(pdf: pikepdf.Pdf, kind: str, parent: pikepdf.Object) -> pikepdf.Object:
    return pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{kind}"), P=parent, K=Array()))
