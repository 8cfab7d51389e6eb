"""Whatever a provider earns, is paid, loses and gets back, in whatever order: does it bear each loss once?

Payouts are proposed by somebody who overlooks things; the gateway refuses some; banks think better of it; finance
decides, twice at times.
"""

from __future__ import annotations

import asyncio
import itertools

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import ledger
from domain.payout import Payout
from domain.refusal import Refusal
from infra.in_memory.folding import Table, fact_of
from projections.provider_statement import EarningRow, provider_statement
from projections.recoveries import RecoveryRow, recoveries
from tests.application.losing import PAYABLE, RESERVE, Losses
from tests.support.effort import examples
from tests.support.paid import TOTAL

ACTS = st.one_of(
    st.tuples(st.just("job"), st.just(0), st.just(0)),
    st.tuples(st.sampled_from(("open", "lost", "won", "pass_on", "again")), st.integers(0, 3), st.integers(0, 4)),
    st.tuples(st.sampled_from(("pay", "pay", "refuse")), st.integers(0, 15), st.just(0)),
)
NUMBERS = itertools.count()
PARTS = (1, 9_000, 60_000, TOTAL - 1, TOTAL)


async def act(losses: Losses, what: str, which: int, part: int) -> None:
    """One thing more; what nobody may do changes nothing."""
    if what == "job":
        await losses.job()
    elif what == "refuse" and losses.payouts:
        await losses.refuse(losses.payouts[which % len(losses.payouts)])
    elif what == "pay":
        due = sorted(each.id for each in await losses.earnings() if each.payout_id is None and not each.held)
        overlooked = {due[which % len(due)]} if due else set()
        await losses.pay(*(each for each in due if which == 0 or each not in overlooked))
    elif losses.jobs:
        job = which % len(losses.jobs)
        if what == "pass_on":
            await losses.pass_on(job, PARTS[part])
        elif what == "again":
            key = f"twice-{next(NUMBERS)}"
            assert await losses.pass_on(job, PARTS[part], key) == await losses.pass_on(job, PARTS[part], key)
        else:
            await losses.says(job, what, PARTS[part] if what == "lost" else 0)


async def check(losses: Losses) -> None:
    """By what the streams say, against the books, which know only legs."""
    reserve = await losses.reserve()
    payouts = [await losses.the(Payout, each) for each in losses.payouts]
    under_way = sum(each.amount_minor for each in payouts if not each.is_over)
    assert all(each.amount_minor > 0 for each in payouts)
    assert losses.on(ledger.CHARGEBACK) == await losses.lost()
    assert reserve.amount_minor == -losses.on(RESERVE) >= 0
    assert -losses.on(PAYABLE) == await losses.waiting() + under_way
    open_debts = {each.cause_id: each for each in await losses.earnings() if each.cause_id in reserve.owed}
    assert {cause: -each.amount_minor for cause, each in open_debts.items()} == reserve.owed
    assert all(each.payout_id is None for each in open_debts.values())


async def check_rows(losses: Losses) -> None:
    """What finance and the provider are shown is what the streams and the books say."""
    shown: Table[RecoveryRow] = Table(recoveries, lambda _before, _after: None)
    lines: Table[EarningRow] = Table(provider_statement, lambda _before, _after: None)
    kept = 0
    for event in losses.log.events:
        shown.fold(fact_of(event))
        lines.fold(fact_of(event))
        if event.topic == "reserve.kept":
            kept += msgspec.json.decode(event.payload)["amount_minor"]
    reserve = await losses.reserve()
    borne = {row.recovery_id: row for row in shown.rows.values() if not row.is_given_back}
    assert borne.keys() == reserve.recovered.keys()
    for recovery_id, row in borne.items():
        took, owed = reserve.recovered[recovery_id], reserve.owed.get(recovery_id, 0)
        assert (row.from_reserve_minor, row.owed_minor, row.is_owed) == (took.drawn_minor, owed, owed > 0)
        assert row.from_reserve_minor + row.from_earnings_minor + row.owed_minor == row.amount_minor
    assert all(row.owed_minor == 0 for row in shown.rows.values() if row.is_given_back)
    assert sum(row.net_minor for row in lines.rows.values()) == kept - losses.on(PAYABLE)


async def lived(acts: list[tuple[str, int, int]], reserve_bp: int) -> None:
    losses = await Losses().begun(reserve_bp=reserve_bp, reserve_most_minor=30_000)
    for what, which, part in [("job", 0, 0), *acts]:
        before, paid = len(losses.log.events), len(losses.payouts)
        try:
            await act(losses, what, which, part)
        except Refusal:
            assert len(losses.log.events) == before
        if len(losses.payouts) > paid:
            assert (await losses.reserve()).owed == {}, "a payout overlooked what is owed"
        await check(losses)
    await check_rows(losses)


@settings(max_examples=examples(300), deadline=None)
@given(acts=st.lists(ACTS, min_size=6, max_size=24), reserve_bp=st.sampled_from((0, 1_000)))
def test_every_loss_is_borne_once_and_every_payout_is_more_than_nothing(
    acts: list[tuple[str, int, int]], reserve_bp: int
) -> None:
    asyncio.run(lived(acts, reserve_bp))
