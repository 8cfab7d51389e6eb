"""Do the read models of promises tell what stands, what is due, and how drives turned out?"""

from __future__ import annotations

from datetime import timedelta

from domain.promise import PRIOR_LAW, law_of
from infra.promises.book import MONTHS, LearnedPromises
from projections.promise_scores import PromiseScoreRow, month_of
from tests.support.roadside import NOON


def row(step: int, drives: int, month: int = 24_312, tenant: str = "t") -> PromiseScoreRow:
    return PromiseScoreRow(tenant, month, step, drives, 1)


def test_months_follow_each_other() -> None:
    assert month_of(NOON + timedelta(days=31)) - month_of(NOON) == 1


def test_the_law_follows_what_was_counted_for_each_tenant() -> None:
    book = LearnedPromises()
    assert book.law("t") is PRIOR_LAW
    book.take([row(0, 10), row(4, 5), row(0, 7, tenant="other")])
    book.take([row(0, 20)])
    assert book.law("t") == law_of({0: 20, 4: 5})
    assert book.law("other") == law_of({0: 7})


def test_only_the_newest_months_count() -> None:
    book = LearnedPromises()
    book.take([row(10, 1_000, month=24_300), *(row(0, 100, month=24_310 + n) for n in range(MONTHS))])
    assert book.law("t") == law_of({0: 100 * MONTHS})
