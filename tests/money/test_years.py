"""Do the books hold at every position of years of business, and does the same seed give the same years?"""

import hashlib
from uuid import UUID

import pytest

from domain import ledger
from domain.aggregate import Aggregate
from domain.credit_note import CreditNote
from domain.invoice import Invoice
from domain.ledger.invariants import effects, replayed_alone, two_bookkeepers, untouched
from domain.receipt_voucher import ReceiptVoucher
from domain.refund_voucher import RefundVoucher
from domain.subscription import Subscription
from domain.subscription_terms import OVER
from domain.wallet import Wallet
from domain.wallet_terms import wallet_id
from infra.event_store import codec
from infra.in_memory.aggregates import LivingAggregates
from tests.support.years import Years
from tests.support.years_of_papers import People, papers, told_of
from tests.support.years_of_payouts import TENANT

pytestmark = pytest.mark.anyio

PAPERS: dict[str, type[Aggregate]] = {
    kind.Issued.TOPIC: kind for kind in (Invoice, CreditNote, ReceiptVoucher, RefundVoucher)
}


async def lived(seed: int, days: int, customers: int = 200, providers: int = 20) -> Years:
    """Years in the middle of which some people are forgotten."""
    years = Years(seed, customers, providers)
    await years.open()
    people = People(years)
    await people.meet()
    await years.live(days // 2)
    kept = await forget(years, people)
    await years.live(days - days // 2)
    assert untouched(kept, papers(years.log.events, {})) == [], "what was issued stays as it is"
    return years


async def forget(years: Years, people: People) -> dict[str, bytes]:
    """Let some be forgotten: neither books nor papers change by it, but for their names (M13). Gives the papers."""
    events, names = years.log.events, await people.names()
    books, kept, named = dict(years.books.open_accounts()), papers(events, {}), papers(events, names)
    gone = await people.forget_some()
    assert years.books.open_accounts() == books
    assert untouched(kept, papers(events, {})) == []
    theirs, left = told_of(events, gone), papers(events, await people.names())
    assert set(untouched(named, left)) == {f"{number} changed with an erasure" for number in theirs}
    assert {number: left[number] for number in theirs} == {number: kept[number] for number in theirs}
    return kept


async def check(years: Years) -> None:
    """What must be so when nothing is on its way, by bookkeepers who know nothing of each other (M5, M7, M12).

    A document that is given again is made anew, of the log alone: the same bytes.
    """
    assert effects(years.theirs, years.confirmed) == []
    assert documents(years), "there is something to give again"
    assert (
        replayed_alone(await states(years, years.aggregates), await states(years, LivingAggregates(years.log)), ())
        == []
    )
    assert replayed_alone(together(years), together(years), ()) == []
    balances = years.books.open_accounts()
    theirs = (years.gateway_minor, years.settled_minor, years.paid_out_minor)
    assert two_bookkeepers(balances, *theirs) == []
    assert {name: sum_ for name, sum_ in balances.items() if name.startswith("L:Advance:")} == {}
    for member in years.members:
        if member.subscription_id is not None:
            subscription = await years.the(Subscription, member.subscription_id)
            unearned = 0
            if subscription.term is not None and subscription.state not in OVER:
                unearned = subscription.term.net_minor - subscription.earned_minor
            assert -balances.pop(ledger.deferred_for(subscription.id), 0) == unearned
    assert [name for name in balances if name.startswith("L:Deferred:")] == [], "what is over is earned or given back"


async def states(years: Years, aggregates: LivingAggregates) -> bytes:
    """Every wallet, subscription and bill, as these aggregates have it."""
    told = hashlib.sha256()
    for member in years.members:
        of_the_member: list[tuple[type[Aggregate], UUID | None]]
        of_the_member = [(Wallet, wallet_id(TENANT, member.customer_id)), (Subscription, member.subscription_id)]
        for kind, stream_id in of_the_member:
            found = None if stream_id is None else await aggregates.load(kind, TENANT, stream_id)
            if found is not None:
                told.update(codec.freeze(found))
                aggregates.saved(TENANT, found, 0)
    for kind, stream_id in documents(years):
        paper = await aggregates.load(kind, TENANT, stream_id)
        assert paper is not None
        told.update(codec.freeze(paper))
        aggregates.saved(TENANT, paper, 0)
    return told.digest()


def together(years: Years) -> bytes:
    """Every document of these years, as it is given."""
    made = papers(years.log.events, {})
    assert len(made) == len(documents(years)), "a number for each"
    return hashlib.sha256(repr(sorted(made.items())).encode()).digest()


def documents(years: Years) -> list[tuple[type[Aggregate], UUID]]:
    """Every bill, note and voucher of these years, in the order in which they were issued."""
    return [(PAPERS[event.topic], event.stream_id) for event in years.log.events if event.topic in PAPERS]


def digest(years: Years) -> str:
    told = hashlib.sha256()
    for event in years.log.events:
        told.update(b"%s %d %s " % (event.stream_id.bytes, event.version, event.topic.encode()) + event.payload)
    return told.hexdigest()


async def test_a_year_of_business_keeps_every_invariant() -> None:
    years = await lived(seed=1, days=365, customers=40, providers=6)
    await check(years)
    topics = {event.topic for event in years.log.events}
    wanted = {"charged", "charge_failed", "charge_doubted", "grace_begun", "ended", "earned", "helped", "paused"}
    assert {f"subscription.{each}" for each in wanted} <= topics
    assert {
        "coverage.used",
        "credit_note.issued",
        "account.closed",
        "wallet.promo_spent",
        "wallet.promo_expired",
        "payout.processed",
        "payout.reversed",
    } <= topics
    assert years.books.postings > 2_000


async def test_the_same_seed_is_the_same_history() -> None:
    first, again = [await lived(seed=7, days=45, customers=10, providers=2) for _ in range(2)]
    assert digest(first) == digest(again)


@pytest.mark.slow
@pytest.mark.timeout(600)  # a minute or two of work; other tests run beside it
async def test_ten_years_of_business_keep_every_invariant() -> None:
    years = await lived(seed=10, days=3_652)
    await check(years)
    assert years.books.postings >= 100_000
