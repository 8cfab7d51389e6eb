"""What are simulated customers promised? What the drives that are over by then have taught, as in life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.in_memory.folding import Table, fact_of
from infra.promises.book import LearnedPromises
from projections.promise_scores import PromiseScoreRow, promise_scores

if TYPE_CHECKING:
    from domain.promise import PromiseLaw
    from infra.in_memory.log import InMemoryEventLog

SCORED: Final = "service_request.eta_scored"


class ScoredPromises:
    """Implements ``application.promises.PromiseBook`` over the log in memory; as new as the log."""

    def __init__(self, log: InMemoryEventLog) -> None:
        self._log = log
        self._read = 0
        self._book = LearnedPromises()
        self._news: list[PromiseScoreRow] = []
        self._scores = Table(promise_scores, self._changed)

    def law(self, tenant: str) -> PromiseLaw:
        """The law of the drives that are over."""
        events = self._log.events
        while self._read < len(events):
            event = events[self._read]
            self._read += 1
            if event.topic == SCORED:
                self._scores.fold(fact_of(event))
        if self._news:
            self._book.take(self._news)
            self._news = []
        return self._book.law(tenant)

    def _changed(self, _before: PromiseScoreRow | None, after: PromiseScoreRow | None) -> None:
        if after is not None:
            self._news.append(after)
