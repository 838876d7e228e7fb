"""Captures that are not the page: bot walls, consent and login pages, soft 404s, errors of a server and the like.

Such a capture has nearly no content beside its own words. A page that quotes such words has its content, and stays
a page. What decides is data: `walls.toml` (wordings), `forms.toml` (signs in the markup).
"""

from __future__ import annotations

from pipeline.capture.body import body_of, quote
from pipeline.capture.form import Form, form_of
from pipeline.capture.kinds import KINDS, SAME_BODY, describe
from pipeline.capture.stage import Wall, judge

__all__ = ["KINDS", "SAME_BODY", "Form", "Wall", "body_of", "describe", "form_of", "judge", "quote"]
