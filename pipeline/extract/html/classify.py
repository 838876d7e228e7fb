"""Which drafts are the content of a page, and which are its furniture."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.extract.html.draft import Draft
from pipeline.model import Role


def classify(drafts: Sequence[Draft]) -> list[Role | None]:
    """For each draft the role of furniture it plays, None for content. Hidden drafts are judged like the others."""
    return [_role(draft) for draft in drafts]


def _role(draft: Draft) -> Role | None:
    return draft.areas[0] if draft.areas else None
