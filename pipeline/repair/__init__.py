"""Repair: what was damaged is restored where that is certain, withheld where it is lost, and always accounted for."""

from pipeline.repair.plain import detect, explain_repairs, repair_text
from pipeline.repair.proof import proven_pages
from pipeline.repair.stage import repair

__all__ = ["detect", "explain_repairs", "proven_pages", "repair", "repair_text"]
