"""How does a credit note undo a part of what a payment was divided into? A chapter of the payment."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain import ledger
from domain.aggregate import Chapter, event
from domain.credit_terms import portion_of
from domain.ledger import Leg, MoneyEvent
from domain.money import checked_amount
from domain.payment_terms import GivenBack, PaymentState, WrongAmount
from domain.refusal import OutOfTurn


class PaymentCredits(Chapter):
    """Whoever got a part of the payment gives the same part of what goes back: income, taxes, the provider's share.

    Where we were the principal, what the provider costs us stays. What goes back lessens a debt first; the rest is
    the customer's, then the partner's, at last the membership's: those who paid last get back first.
    """

    request_id: UUID
    customer_id: UUID
    provider_id: UUID | None
    currency: str
    state: PaymentState
    amount_minor: int
    owed_minor: int
    covered_minor: int
    partner_id: UUID | None
    partner_minor: int
    divided: tuple[Leg, ...]
    credited_minor: int
    notes: tuple[UUID, ...]

    class CreditedBack(MoneyEvent):
        """A credit note took so much back.

        ``forgiven_minor`` of it is a debt that is less now, ``to_partner_minor`` is owed less by the partner,
        ``to_cover_minor`` the membership's; the rest waits in the job's advance for the wallet, whose own events book
        it. The provider is owed ``payable_minor`` less.
        """

        TOPIC: ClassVar[str] = "payment.credited_back"
        class_version: ClassVar[int] = 2
        request_id: UUID
        customer_id: UUID
        provider_id: UUID | None
        credit_note_id: UUID
        amount_minor: int
        forgiven_minor: int
        to_cover_minor: int
        to_partner_minor: int
        payable_minor: int

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """No partner bore a job."""
            state.update(to_partner_minor=0)

    def credit_back(self, note_id: UUID, amount_minor: int, at: datetime) -> GivenBack | None:
        """Undo so much of it; None when that note did it already. Raises BadAmount, OutOfTurn or WrongAmount."""
        if note_id in self.notes:
            return None
        checked_amount(amount_minor)
        if self.state is not PaymentState.SETTLED:
            raise OutOfTurn(f"the payment is {self.state.value}", state=self.state.value, act="credit_back")
        left = self.amount_minor - self.credited_minor
        if amount_minor > left:
            raise WrongAmount(f"{left} is left of it", due_minor=left)
        forgiven = min(amount_minor, self.owed_minor)
        theirs = min(amount_minor - forgiven, left - self.owed_minor - self.partner_minor - self.covered_minor)
        to_partner = min(amount_minor - forgiven - theirs, self.partner_minor)
        to_cover = amount_minor - forgiven - theirs - to_partner
        legs = self._undone(amount_minor)
        payable = legs.get(ledger.payable_to(self.provider_id), 0) if self.provider_id else 0
        legs |= {
            ledger.receivable_from(self.customer_id): -forgiven,
            ledger.MEMBERSHIP: -to_cover,
            ledger.advance_for(self.request_id): -theirs,
        }
        if self.partner_id is not None:
            legs[ledger.partner_owes(self.partner_id)] = -to_partner
        booked = ledger.transfer("cn", note_id, self.currency, legs)
        self.trigger_event(
            self.CreditedBack,
            timestamp=at,
            **booked.fields,
            request_id=self.request_id,
            customer_id=self.customer_id,
            provider_id=self.provider_id,
            credit_note_id=note_id,
            amount_minor=amount_minor,
            forgiven_minor=forgiven,
            to_cover_minor=to_cover,
            to_partner_minor=to_partner,
            payable_minor=payable,
        )
        return GivenBack(theirs, payable, to_partner)

    def _undone(self, amount_minor: int) -> dict[str, int]:
        """The part of each leg that goes back with an amount; what rounding leaves is the supplier's."""
        before, after = self.credited_minor, self.credited_minor + amount_minor
        whole = self.amount_minor
        legs = {
            leg.account: portion_of(-leg.amount_minor, after, whole) - portion_of(-leg.amount_minor, before, whole)
            for leg in self.divided
        }
        supplier = ledger.SERVICE
        if self.provider_id is not None and supplier not in legs:
            supplier = ledger.payable_to(self.provider_id)
        legs[supplier] = legs.get(supplier, 0) + amount_minor - sum(legs.values())
        return legs

    @event(CreditedBack)
    def _on_credited_back(
        self, credit_note_id: UUID, amount_minor: int, forgiven_minor: int, to_cover_minor: int, to_partner_minor: int
    ) -> None:
        self.notes = (*self.notes, credit_note_id)
        self.credited_minor += amount_minor
        self.owed_minor -= forgiven_minor
        self.covered_minor -= to_cover_minor
        self.partner_minor -= to_partner_minor


def divided_by(
    legs: tuple[Leg, ...], request_id: UUID, provider_id: UUID | None, cash_kept_minor: int
) -> tuple[Leg, ...]:
    """What a customer's payment was divided into: neither the advance, nor cash that was set off.

    Where we were the principal, nothing of what the provider costs us either.
    """
    sums = {leg.account: leg.amount_minor for leg in legs}
    sums.pop(ledger.advance_for(request_id), None)
    if provider_id is not None:
        payable = ledger.payable_to(provider_id)
        sums.pop(ledger.cash_with(provider_id), None)
        sums[payable] = sums.get(payable, 0) - cash_kept_minor
        if sums.pop(ledger.SUBCONTRACTED, 0):
            sums.pop(payable)
            sums.pop(ledger.TDS, None)
    return tuple(Leg(account, amount) for account, amount in sums.items() if amount)
