"""Does a partner ever owe more than its credit, bear more than was kept, or anything twice?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from domain.ledger import MoneyEvent
from domain.money import BadAmount
from domain.partner_account import (
    MoreThanOwed,
    PartnerAccount,
    PartnerLimitReached,
    PartnerSpendLimitReached,
)
from domain.partner_cover import PartnerCover, partner_cover_id
from domain.partner_terms import BadPartnerTerms, PartnerTerms
from domain.refusal import Refusal
from domain.tariff_terms import UnknownTimeZone
from domain.timeline import BadEffect
from infra.event_store import codec
from tests.domain.partner_facts import (
    CHANGED,
    DECIDED,
    FREED,
    LESSENED,
    NAMED,
    OPENED,
    OTHER_PARTNER,
    PARTNER,
    PARTNER_NOTE,
    PAYMENT,
    RECEIPT,
    TERMS,
    charged,
    kept,
    paid,
)
from tests.support.effort import examples
from tests.support.roadside import LATER, NOON, REQUEST, SOON, some_id
from tests.support.rulebook import born, fact, given

OTHER = some_id(910)
READY = (OPENED, DECIDED)


def test_an_account_opens_with_no_credit_and_has_terms_from_an_instant_on() -> None:
    account = PartnerAccount.open(PARTNER, "INR", NOON)
    assert born(account) == OPENED
    assert account.terms_at(NOON) == PartnerTerms()
    given(PartnerAccount, OPENED).when(lambda a: a.decide(TERMS, NOON, NOON)).then(DECIDED)
    given(PartnerAccount, *READY).when(lambda a: a.decide(TERMS, SOON, NOON)).then_nothing()
    given(PartnerAccount, OPENED).when(lambda a: a.decide(TERMS, NOON, SOON)).then_refused(BadEffect)
    with pytest.raises(BadPartnerTerms):
        PartnerTerms(credit_limit_minor=-1).checked()


def test_a_job_keeps_what_it_costs_but_no_more_than_one_job_may() -> None:
    given(PartnerAccount, *READY).when(lambda a: a.keep(REQUEST, 30_000, SOON)).then(kept())
    given(PartnerAccount, *READY).when(lambda a: a.keep(REQUEST, 90_000, SOON)).then(kept(40_000))
    given(PartnerAccount, *READY, kept()).when(lambda a: a.keep(REQUEST, 30_000, SOON)).then_nothing()
    given(PartnerAccount, *READY, kept()).when(lambda a: a.keep(REQUEST, 10_000, SOON)).then(kept(10_000))
    given(PartnerAccount, *READY).when(lambda a: a.keep(REQUEST, 0, SOON)).then_refused(BadAmount)
    given(PartnerAccount, OPENED).when(lambda a: a.keep(REQUEST, 1, SOON)).then_refused(PartnerLimitReached)


def test_jobs_under_way_and_debts_use_the_credit_up() -> None:
    full = (*READY, kept(40_000), kept(40_000, OTHER))
    third = some_id(911)
    given(PartnerAccount, *full).when(lambda a: a.keep(third, 20_001, SOON)).then_refused(PartnerLimitReached)
    given(PartnerAccount, *full).when(lambda a: a.keep(third, 20_000, SOON)).then(kept(20_000, third))
    owing = (*READY, kept(40_000), charged(40_000), kept(40_000, OTHER))
    given(PartnerAccount, *owing).when(lambda a: a.keep(third, 20_001, SOON)).then_refused(PartnerLimitReached)
    settled = (*owing, paid())
    given(PartnerAccount, *settled).when(lambda a: a.keep(third, 40_000, SOON)).then(kept(40_000, third))


def test_a_month_has_an_end_and_what_is_under_way_is_part_of_it() -> None:
    monthly = replace(TERMS, most_per_month_minor=60_000, time_zone="Asia/Kolkata")
    ready = (OPENED, fact(PartnerAccount.Decided, NOON, terms_version=1, effective_from=NOON, terms=monthly))
    third, half = some_id(911), (*ready, kept(40_000), charged(40_000))
    given(PartnerAccount, *half).when(lambda a: a.keep(OTHER, 20_001, SOON)).then_refused(PartnerSpendLimitReached)
    given(PartnerAccount, *half).when(lambda a: a.keep(OTHER, 20_000, SOON)).then(kept(20_000, OTHER))
    under_way = (*half, kept(15_000, OTHER))
    given(PartnerAccount, *under_way).when(lambda a: a.keep(third, 5_001, SOON)).then_refused(PartnerSpendLimitReached)
    given(PartnerAccount, *under_way).when(lambda a: a.keep(OTHER, 20_000, SOON)).then(kept(20_000, OTHER))
    given(PartnerAccount, *half, LESSENED).when(lambda a: a.keep(OTHER, 30_000, SOON)).then(kept(30_000, OTHER))
    # 2 March at noon: April begins in India when it is 18:30 in London on 31 March.
    last = datetime(2026, 3, 31, 18, 29, 59, tzinfo=UTC)
    given(PartnerAccount, *half).when(lambda a: a.keep(OTHER, 20_001, last)).then_refused(PartnerSpendLimitReached)
    first = last + timedelta(seconds=1)
    given(PartnerAccount, *half).when(lambda a: a.keep(OTHER, 40_000, first)).then(kept(40_000, OTHER, first))


def test_a_snapshot_is_the_account() -> None:
    monthly = replace(TERMS, most_per_month_minor=60_000, time_zone="Asia/Kolkata")
    account = PartnerAccount.open(PARTNER, "INR", NOON)
    account.decide(monthly, NOON, NOON)
    account.keep(REQUEST, 30_000, SOON)
    account.charge(REQUEST, PAYMENT, 30_000, SOON)
    account.keep(OTHER, 10_000, LATER)
    account.lessen(REQUEST, PARTNER_NOTE, 5_000, LATER)
    account.pay(RECEIPT, 1_000, "INR", LATER)
    thawed = codec.thaw(PartnerAccount, PARTNER, account.version, codec.freeze(account))
    assert thawed is not None
    assert {name: getattr(thawed, name) for name in PartnerAccount.SNAPSHOT} == {
        name: getattr(account, name) for name in PartnerAccount.SNAPSHOT
    }
    for one in (account, thawed):
        assert (one.available_minor(LATER), one.spent_minor(LATER), one.owed_minor) == (66_000, 25_000, 24_000)


def test_who_is_refused_learns_when_there_is_room_again() -> None:
    monthly = replace(TERMS, most_per_month_minor=10, time_zone="Asia/Kolkata")
    account = PartnerAccount.open(PARTNER, "INR", NOON)
    account.decide(monthly, NOON, NOON)
    december = datetime(2026, 12, 31, 12, tzinfo=UTC)
    with pytest.raises(PartnerSpendLimitReached) as refused:
        account.keep(REQUEST, 11, december)
    assert refused.value.facts == {
        "limit_minor": 10,
        "spent_minor": 0,
        "kept_minor": 0,
        "currency": "INR",
        "free_at": "2026-12-31T18:30:00+00:00",
    }
    with pytest.raises(UnknownTimeZone):
        replace(monthly, time_zone="Mars/Olympus").checked()


def test_a_job_is_charged_once_for_at_most_what_was_kept() -> None:
    open_job = given(PartnerAccount, *READY, kept())
    open_job.when(lambda a: a.charge(REQUEST, PAYMENT, 50_000, LATER)).then(charged())
    open_job.when(lambda a: a.charge(REQUEST, PAYMENT, 10_000, LATER)).then(charged(10_000))
    open_job.when(lambda a: a.charge(REQUEST, PAYMENT, 0, LATER)).then(FREED)
    again = given(PartnerAccount, *READY, kept(), charged())
    again.when(lambda a: a.charge(REQUEST, PAYMENT, 50_000, LATER)).then_nothing()
    open_job.when(lambda a: a.free(REQUEST, LATER)).then(FREED)
    given(PartnerAccount, *READY).when(lambda a: a.free(REQUEST, LATER)).then_nothing()


def test_what_is_paid_or_credited_is_owed_no_more_once() -> None:
    owing = given(PartnerAccount, *READY, kept(), charged())
    owing.when(lambda a: a.lessen(REQUEST, PARTNER_NOTE, 10_000, LATER)).then(LESSENED)
    owing.when(lambda a: a.pay(RECEIPT, 20_000, "INR", LATER)).then(paid())
    owing.when(lambda a: a.pay(RECEIPT, 30_001, "INR", LATER)).then_refused(MoreThanOwed)
    owing.when(lambda a: a.pay(RECEIPT, 10_000, "USD", LATER)).then_refused(MoreThanOwed)
    done = given(PartnerAccount, *READY, kept(), charged(), LESSENED, paid())
    done.when(lambda a: a.lessen(REQUEST, PARTNER_NOTE, 10_000, LATER)).then_nothing()
    done.when(lambda a: a.pay(RECEIPT, 20_000, "INR", LATER)).then_nothing()
    assert done.now().owed_minor == 0


def test_a_job_has_the_partner_that_was_named_last() -> None:
    cover = PartnerCover.name_one(REQUEST, PARTNER, SOON)
    assert cover.id == partner_cover_id(REQUEST)
    assert born(cover) == NAMED
    given(PartnerCover, NAMED).when(lambda c: c.change(PARTNER, LATER)).then_nothing()
    given(PartnerCover, NAMED).when(lambda c: c.change(OTHER_PARTNER, LATER)).then(CHANGED)


JOBS = [some_id(920 + number) for number in range(4)]
STEP = st.tuples(
    st.sampled_from(["keep", "charge", "free", "pay", "decide"]), st.sampled_from(JOBS), st.integers(1, 60_000)
)


@settings(max_examples=examples(100), deadline=None)
@drawn(st.lists(STEP, max_size=30))
def test_a_replay_agrees_and_what_is_kept_and_owed_stays_within_the_credit(
    steps: list[tuple[str, UUID, int]],
) -> None:
    account = PartnerAccount.open(PARTNER, "INR", NOON)
    limit = 0
    for number, (act, job, minor) in enumerate(steps):
        at = NOON + timedelta(minutes=number)
        before = account.owed_minor + account.kept_minor
        try:
            if act == "keep":
                account.keep(job, minor, at)
                assert account.owed_minor + account.kept_minor <= max(limit, before)
            elif act == "charge":
                account.charge(job, some_id(1_000 + number), minor, at)
            elif act == "free":
                account.free(job, at)
            elif act == "pay":
                account.pay(some_id(2_000 + number), minor, "INR", at)
            else:
                account.decide(PartnerTerms(minor, minor // 2), at, at)
                limit = minor
        except Refusal:
            assert account.owed_minor + account.kept_minor == before
    told = list(account.pending_events)
    stored = [codec.encode(event) for event in told]
    rows = [(version, each.topic, each.payload, each.occurred_at) for version, each in enumerate(stored, 1)]
    again = codec.replay(account.id, rows)
    assert isinstance(again, PartnerAccount)
    assert (again.kept, again.owed_minor, again.dated) == (account.kept, account.owed_minor, account.dated)
    booked = sum(leg.amount_minor for event in told if isinstance(event, MoneyEvent) for leg in event.legs)
    assert booked == 0
