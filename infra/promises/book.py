"""Which law do a tenant's promises follow now? The scored drives of the last months, held in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.promise import PRIOR_LAW, PromiseLaw, law_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projections.promise_scores import PromiseScoreRow

MONTHS: Final = 3
"""The newest so many months with drives: a season, and enough of it on its first day."""


class LearnedPromises:
    """The laws of all tenants; implements ``application.promises.PromiseBook``."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[tuple[int, int], int]] = {}
        self._laws: dict[str, PromiseLaw] = {}

    def take(self, rows: Sequence[PromiseScoreRow]) -> None:
        """Take over rows of ``promise_scores`` that are new or changed."""
        for row in rows:
            self._counts.setdefault(row.tenant, {})[row.month, row.step] = row.drives
        for tenant in {row.tenant for row in rows}:
            # Put in its place whole: whoever asks meanwhile, on another thread, gets the law before or this one.
            self._laws[tenant] = _law(self._counts[tenant])

    def law(self, tenant: str) -> PromiseLaw:
        """The law that the tenant's scored drives follow; the prior's as long as there are none."""
        return self._laws.get(tenant, PRIOR_LAW)


def _law(counts: dict[tuple[int, int], int]) -> PromiseLaw:
    months = sorted({month for month, _ in counts})[-MONTHS:]
    by_step: dict[int, int] = {}
    for (month, step), drives in counts.items():
        if month in months:
            by_step[step] = by_step.get(step, 0) + drives
    return law_of(by_step)
