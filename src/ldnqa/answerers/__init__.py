"""What turns retrieved passages into claims, each resting on quotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ldnqa.query import Query
from ldnqa.types import Audience, Claim, Hit


class Answerer(Protocol):
    """Drafts an answer. It may say only what its quotes say; `ground` checks each claim and drops what fails."""

    name: str

    def draft(self, query: Query, hits: Sequence[Hit], audience: Audience | None) -> list[Claim]:
        """Claims in the order to be shown, the most direct first; none if the hits do not answer the question."""
        ...
