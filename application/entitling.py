"""How are the units of a membership given, kept, used and lost? Within the save of whatever moves it.

Each benefit of each term is a guarded account: nobody uses more than there is, however many ask at a time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain import ledger
from domain.coverage_terms import CoverGone
from domain.ledger import memberships
from domain.ledger.account import LedgerAccount
from domain.ledger.terms import account_stream
from domain.plan_terms import ASSET_OF

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Work
    from domain.coverage import Coverage
    from domain.ledger import Transfer
    from domain.plan_terms import Benefit, PlanTerms
    from domain.subscription import Subscription
    from domain.subscription_terms import Term


async def give_units(work: Work, subscription: Subscription, at: datetime) -> None:
    """Open the accounts of a term that begins, filled; a term that has them is no news."""
    term = subscription.term
    if term is None:
        return
    for each in subscription.terms.benefits:
        if await _account(work, subscription.id, each.benefit, term.number) is None:
            name = ledger.units_of(subscription.id, each.benefit.value, term.number)
            account = LedgerAccount.open(work.context.tenant, name, ASSET_OF[each.benefit], at)
            given = memberships.entitled(
                subscription.id, each.benefit.value, term.number, each.units, ASSET_OF[each.benefit]
            )
            account.book(given, at)
            work.add(account)


async def lose_units(work: Work, subscription_id: UUID, term: Term, terms: PlanTerms, at: datetime) -> None:
    """What is left of a term that is over is gone; what a job keeps is still used by it."""
    for each in terms.benefits:
        account = await _account(work, subscription_id, each.benefit, term.number)
        if account is None or account.closed:
            continue
        account.expire(at)
        rest = account.available_minor(at)
        if rest > 0:
            asset = ASSET_OF[each.benefit]
            account.request(memberships.lapsed(subscription_id, each.benefit.value, term.number, rest, asset), at)
        account.close(at)


async def change_units(work: Work, subscription: Subscription, before: PlanTerms, at: datetime) -> None:
    """Another plan applies within the term: give what it gives more, and take what it does not give at all."""
    term, after = subscription.term, subscription.terms
    if term is None or after == before:
        return
    dropped = tuple(each for each in before.benefits if after.of(each.benefit) is None)
    await lose_units(work, subscription.id, term, replace(before, benefits=dropped), at)
    for each in after.benefits:
        former, name, asset = before.of(each.benefit), each.benefit.value, ASSET_OF[each.benefit]
        account = await _account(work, subscription.id, each.benefit, term.number)
        more = each.units - (0 if former is None else former.units)
        if account is not None and more > 0:
            nth = subscription.version
            account.book(memberships.entitled_more(subscription.id, name, term.number, more, asset, nth), at)
    await give_units(work, subscription, at)


async def units_left(work: Work, subscription: Subscription, term: Term, at: datetime) -> dict[Benefit, int]:
    """What can be kept of each benefit."""
    left = {}
    for each in subscription.terms.benefits:
        account = await _account(work, subscription.id, each.benefit, term.number)
        if account is not None and not account.closed:
            left[each.benefit] = account.available_minor(at)
    return left


async def keep_units(work: Work, cover: Coverage, expires_at: datetime, at: datetime) -> None:
    """Keep what was shown; raises CoverGone when another job was faster, or the term is over."""
    for account, wanted in await _transfers(work, cover):
        if not account.hold(wanted, expires_at, at).stands:
            raise CoverGone(request_id=str(cover.request_id))


async def use_units(work: Work, cover: Coverage, at: datetime) -> None:
    """Use what was kept."""
    for account, wanted in await _transfers(work, cover):
        account.post(wanted.transfer_id, None, at)


async def free_units(work: Work, cover: Coverage, at: datetime) -> None:
    """Give free what was kept."""
    for account, wanted in await _transfers(work, cover):
        account.void(wanted.transfer_id, at)


async def _transfers(work: Work, cover: Coverage) -> list[tuple[LedgerAccount, Transfer]]:
    found = []
    for use in cover.uses:
        account = await _account(work, cover.subscription_id, use.benefit, cover.term)
        if account is None:
            raise CoverGone(request_id=str(cover.request_id))
        asset, name = ASSET_OF[use.benefit], use.benefit.value
        told = (cover.request_id, cover.subscription_id, name, cover.term, use.units, asset, cover.attempt)
        found.append((account, memberships.used(*told)))
    return found


async def _account(work: Work, subscription_id: UUID, benefit: Benefit, number: int) -> LedgerAccount | None:
    name = ledger.units_of(subscription_id, benefit.value, number)
    return await work.find(LedgerAccount, account_stream(work.context.tenant, name, ASSET_OF[benefit]))
