"""Repair: what was damaged is restored where that is certain, withheld where it is lost, and always accounted for."""

from pipeline.repair.mojibake.proven_code_pages import proven_pages
from pipeline.repair.stage import repair
from pipeline.repair.strings import detect, explain_repairs, repair_text

__all__ = ["detect", "explain_repairs", "proven_pages", "repair", "repair_text"]
