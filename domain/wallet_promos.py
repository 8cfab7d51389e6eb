"""What may a customer be given to spend with us, when is it spent, and when is it gone? A chapter of the wallet."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from domain import ledger
from domain.aggregate import Aggregate, Chapter, event
from domain.ledger import Leg, MoneyEvent, Transfer, memberships
from domain.money import CurrencyMismatch, checked_amount
from domain.wallet_promo_terms import (
    GRANTS_REMEMBERED,
    MOST_GRANTS,
    MOST_PARTS,
    MOST_REWARDS_A_YEAR,
    BadExpiry,
    Grant,
    KeptPromo,
    NotSpent,
    Part,
    Spent,
    TooManyGrants,
    TooManyRewards,
    WhyGranted,
    changed,
    joined,
    last_first,
    spent_less,
    spent_more,
    taken_from,
    total_of,
    up_to,
)
from domain.wallet_terms import WalletFrozen, WhyFrozen, WhyReleased, remembering

YEAR = timedelta(days=365)
"""How long a reward counts towards the most that a year allows."""


class WalletPromos(Chapter):
    """Grants are spent before the customer's own money, those that expire soonest first; refunds go the other way.

    What is kept for a job does not expire under it. What comes back of a grant whose time is over is nobody's any more.
    """

    customer_id: UUID
    currency: str
    balance_minor: int
    frozen: WhyFrozen | None
    booked: tuple[str, ...]
    grants: tuple[Grant, ...]
    kept_promos: tuple[KeptPromo, ...]
    spent: tuple[Spent, ...]
    rewarded_at: tuple[datetime, ...]
    granted: tuple[UUID, ...]

    class PromoGranted(MoneyEvent):
        """The customer may spend so much with us, until ``expires_at`` if that is told."""

        TOPIC: ClassVar[str] = "wallet.promo_granted"
        customer_id: UUID
        grant_id: UUID
        amount_minor: int
        why: WhyGranted
        expires_at: datetime | None

    class PromoExpired(MoneyEvent):
        """What was not spent of a grant in time is gone."""

        TOPIC: ClassVar[str] = "wallet.promo_expired"
        customer_id: UUID
        grant_id: UUID
        amount_minor: int

    class PromoKept(Aggregate.Event):
        """Parts of grants are kept for a job."""

        TOPIC: ClassVar[str] = "wallet.promo_kept"
        customer_id: UUID
        hold_id: UUID
        request_id: UUID
        parts: tuple[Part, ...]
        currency: str
        expires_at: datetime

    class PromoFreed(Aggregate.Event):
        """What was kept of grants is free again."""

        TOPIC: ClassVar[str] = "wallet.promo_freed"
        customer_id: UUID
        hold_id: UUID
        request_id: UUID
        why: WhyReleased

    class PromoSpent(MoneyEvent):
        """Parts of grants were taken for a job; whatever else was kept of grants for it is free again."""

        TOPIC: ClassVar[str] = "wallet.promo_spent"
        customer_id: UUID
        request_id: UUID
        amount_minor: int
        parts: tuple[Part, ...]

    class GivenBack(MoneyEvent):
        """What a job took comes back in the reverse order; ``amount_minor`` of it is the customer's own money."""

        TOPIC: ClassVar[str] = "wallet.given_back"
        customer_id: UUID
        request_id: UUID
        amount_minor: int
        parts: tuple[Part, ...]
        balance_minor: int

    def free_grants(self, at: datetime) -> tuple[Grant, ...]:
        """What can be kept or spent at an instant, grant by grant."""
        kept: dict[UUID | None, int] = {}
        for promo in self.kept_promos:
            for part in promo.parts:
                kept[part.grant_id] = kept.get(part.grant_id, 0) + part.amount_minor
        free = [Grant(g.grant_id, g.left_minor - kept.get(g.grant_id, 0), g.expires_at) for g in self.grants]
        return tuple(grant for grant in free if grant.left_minor > 0 and grant.is_alive(at))

    def promo_minor(self, at: datetime) -> int:
        """What of all grants can be kept or spent at an instant."""
        return sum(grant.left_minor for grant in self.free_grants(at))

    def kept_promo_for(self, request_id: UUID) -> KeptPromo | None:
        """What of grants is kept for a job, if anything."""
        return next((kept for kept in self.kept_promos if kept.request_id == request_id), None)

    def grant(
        self, grant_id: UUID, amount_minor: int, why: WhyGranted, expires_at: datetime | None, at: datetime
    ) -> None:
        """Give the customer something to spend; the same grant twice changes nothing, and a frozen wallet takes it.

        Raises BadAmount, BadExpiry, TooManyGrants or TooManyRewards.
        """
        given = memberships.granted(grant_id, self.customer_id, checked_amount(amount_minor), self.currency)
        if grant_id in self.granted:
            return
        if expires_at is not None and expires_at <= at:
            raise BadExpiry(expires_at=expires_at.isoformat())
        if len(self.grants) >= MOST_GRANTS:
            raise TooManyGrants(most=MOST_GRANTS)
        if why is WhyGranted.REFERRAL and sum(each > at - YEAR for each in self.rewarded_at) >= MOST_REWARDS_A_YEAR:
            raise TooManyRewards(most=MOST_REWARDS_A_YEAR)
        told = {"grant_id": grant_id, "amount_minor": amount_minor, "why": why, "expires_at": expires_at}
        self._book_promo(self.PromoGranted, given, at, **told)

    def expire_promos(self, at: datetime) -> None:
        """Let every grant whose time is over be gone, unless a job still keeps a part of it; twice is no news."""
        kept = {part.grant_id for promo in self.kept_promos for part in promo.parts}
        for grant in self.grants:
            if not grant.is_alive(at) and grant.grant_id not in kept:
                gone = memberships.grant_expired(grant.grant_id, self.customer_id, grant.left_minor, self.currency)
                told = {"grant_id": grant.grant_id, "amount_minor": grant.left_minor}
                self._book_promo(self.PromoExpired, gone, at, **told)

    def keep_promos(
        self, hold_id: UUID, request_id: UUID, most_minor: int, currency: str, expires_at: datetime, at: datetime
    ) -> int:
        """Keep up to so much of the grants for a job; gives how much that is. The same again changes nothing.

        What was kept of them for the same job before is freed first, and so is whatever has expired.
        Raises CurrencyMismatch, BadAmount or WalletFrozen.
        """
        checked_amount(most_minor)
        if currency != self.currency:
            raise CurrencyMismatch(f"the wallet is in {self.currency}", currency=currency, wanted=self.currency)
        if self.frozen is not None:
            raise WalletFrozen(why=self.frozen.value)
        for former in self.kept_promos:
            if former.hold_id == hold_id:
                return former.amount_minor
        for former in self.kept_promos:
            if former.request_id == request_id or former.expires_at <= at:
                why = WhyReleased.REPLACED if former.request_id == request_id else WhyReleased.EXPIRED
                self._free(former, why, at)
        parts = taken_from(self.free_grants(at), most_minor)
        if parts:
            told = {"customer_id": self.customer_id, "hold_id": hold_id, "request_id": request_id, "parts": parts}
            self.trigger_event(self.PromoKept, timestamp=at, currency=currency, expires_at=expires_at, **told)
        return total_of(parts)

    def free_promos(self, request_id: UUID, why: WhyReleased, at: datetime) -> None:
        """Give free what is kept of grants for a job; nothing kept is no news."""
        kept = self.kept_promo_for(request_id)
        if kept is not None:
            self._free(kept, why, at)

    def spend_promos(self, spend_id: UUID, request_id: UUID, most_minor: int, at: datetime) -> int:
        """Take up to so much of the grants for a job: what was kept for it, then what is free; gives how much it was.

        A frozen wallet gives only what was kept. The same spending twice takes nothing more. Raises BadAmount.
        """
        checked_amount(most_minor)
        kept = self.kept_promo_for(request_id)
        parts = up_to(kept.parts if kept else (), most_minor)
        missing = most_minor - total_of(parts)
        if missing > 0 and self.frozen is None:
            parts = joined(parts + taken_from(self.free_grants(at), missing, MOST_PARTS - len(parts)))
        fact = ledger.fact_id("pmo", spend_id)
        if fact in self.booked or not parts:
            return 0
        legs = [Leg(self._source_of(part), part.amount_minor) for part in parts]
        taken = Transfer(fact, self.currency, (*legs, Leg(ledger.advance_for(request_id), -total_of(parts))))
        told = {"request_id": request_id, "amount_minor": total_of(parts), "parts": parts}
        self._book_promo(self.PromoSpent, taken, at, **told)
        return total_of(parts)

    def give_back(self, refund_id: UUID, request_id: UUID, amount_minor: int, source: str, at: datetime) -> None:
        """Give back what a job took of this wallet, the last part first; the same refund twice changes nothing.

        It comes from the account ``source``. A frozen wallet takes it as well. Raises BadAmount or NotSpent.
        """
        checked_amount(amount_minor)
        fact = ledger.fact_id("bck", refund_id)
        if fact in self.booked:
            return
        spent = next((each for each in self.spent if each.request_id == request_id), None)
        if spent is None:
            raise NotSpent(request_id=str(request_id))
        parts, _ = last_first(spent.parts, amount_minor)
        legs = {source: amount_minor}
        for part in parts:
            account = self._account_of(part, at)
            legs[account] = legs.get(account, 0) - part.amount_minor
        cash = total_of(part for part in parts if part.grant_id is None)
        booked = Transfer(fact, self.currency, tuple(Leg(name, amount) for name, amount in legs.items() if amount))
        told = {"request_id": request_id, "amount_minor": cash, "parts": parts}
        self._book_promo(self.GivenBack, booked, at, **told, balance_minor=self.balance_minor + cash)

    def _account_of(self, part: Part, at: datetime) -> str:
        """Where a part that comes back goes to: what has expired meanwhile nobody can claim any more."""
        is_over = part.expires_at is not None and part.expires_at <= at
        return ledger.BREAKAGE if is_over else self._source_of(part)

    def _source_of(self, part: Part) -> str:
        customer_id, grant_id = self.customer_id, part.grant_id
        return ledger.wallet_of(customer_id) if grant_id is None else ledger.promo_of(customer_id, grant_id)

    def _free(self, kept: KeptPromo, why: WhyReleased, at: datetime) -> None:
        told = {"customer_id": self.customer_id, "hold_id": kept.hold_id, "request_id": kept.request_id, "why": why}
        self.trigger_event(self.PromoFreed, timestamp=at, **told)

    def _book_promo(self, fact: type[MoneyEvent], moved: Transfer, at: datetime, **more: object) -> None:
        self.trigger_event(fact, timestamp=at, customer_id=self.customer_id, **moved.fields, **more)

    @event(PromoGranted)
    def _on_promo_granted(
        self,
        transfer_id: str,
        grant_id: UUID,
        amount_minor: int,
        why: WhyGranted,
        expires_at: datetime | None,
        at: datetime,
    ) -> None:
        self.grants = (*self.grants, Grant(grant_id, amount_minor, expires_at))
        self.granted = (*self.granted[1 - GRANTS_REMEMBERED :], grant_id)
        self.booked = remembering(self.booked, transfer_id)
        if why is WhyGranted.REFERRAL:
            self.rewarded_at = (*self.rewarded_at[1 - MOST_REWARDS_A_YEAR :], at)

    @event(PromoExpired)
    def _on_promo_expired(self, transfer_id: str, grant_id: UUID) -> None:
        self.grants = tuple(grant for grant in self.grants if grant.grant_id != grant_id)
        self.booked = remembering(self.booked, transfer_id)

    @event(PromoKept)
    def _on_promo_kept(self, hold_id: UUID, request_id: UUID, parts: tuple[Part, ...], expires_at: datetime) -> None:
        self.kept_promos = (*self.kept_promos, KeptPromo(hold_id, request_id, parts, expires_at))

    @event(PromoFreed)
    def _on_promo_freed(self, hold_id: UUID) -> None:
        self.kept_promos = tuple(kept for kept in self.kept_promos if kept.hold_id != hold_id)

    @event(PromoSpent)
    def _on_promo_spent(self, transfer_id: str, request_id: UUID, parts: tuple[Part, ...]) -> None:
        self.kept_promos = tuple(kept for kept in self.kept_promos if kept.request_id != request_id)
        for part in parts:
            self.grants = changed(self.grants, part, -1)
        self.spent = spent_more(self.spent, request_id, parts)
        self.booked = remembering(self.booked, transfer_id)

    @event(GivenBack)
    def _on_given_back(
        self, transfer_id: str, request_id: UUID, parts: tuple[Part, ...], balance_minor: int, at: datetime
    ) -> None:
        self.balance_minor = balance_minor
        for part in parts:
            if part.expires_at is None or part.expires_at > at:
                self.grants = changed(self.grants, part, 1)
        self.spent = spent_less(self.spent, request_id, total_of(parts))
        self.booked = remembering(self.booked, transfer_id)
