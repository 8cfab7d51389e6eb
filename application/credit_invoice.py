"""How does the desk take a part of a bill back? By a credit note, with a number of its own, in the same save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.accruing import accrue
from application.guards import check_role, check_version
from application.numbering import take_number
from application.settlement_terms import TIME_ZONE
from application.whose_money import wallet_for
from domain import ledger
from domain.actor import MONEY_DESK
from domain.credit_note import CreditNote
from domain.invoice import Invoice
from domain.invoice_terms import DocType, series_for
from domain.money import CurrencyMismatch
from domain.partner_account import PartnerAccount
from domain.payment import Payment
from domain.wallet_promo_terms import total_of
from domain.wallet_terms import WhyCredited as WhyPaidIn

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.credit_terms import WhyCredited
    from domain.money import Money


@dataclass(frozen=True, slots=True)
class CreditInvoice:
    """Take so much back, taxes included, for this reason."""

    actor: Actor
    invoice_id: UUID
    note_id: UUID
    amount: Money
    why: WhyCredited
    at: datetime
    expected_version: int | None = None


async def credit_invoice(command: CreditInvoice, work: Work) -> Answer:
    """Write the note, take its number and book what goes back, in one save; the same note again is no news.

    Raises NotAllowed, NotFound, StaleVersion, CurrencyMismatch, OutOfTurn, TooMuchCredited or CreditedTooLate.
    """
    check_role(work, command.actor, *MONEY_DESK)
    bill = await work.get(Invoice, command.invoice_id)
    check_version(bill, command.expected_version)
    if command.amount.currency != bill.currency:
        raise CurrencyMismatch
    share = bill.credit(command.note_id, command.amount.amount_minor, TIME_ZONE, command.at)
    if share is not None:
        series = series_for(work.context.tenant, bill.gstin, DocType.CREDIT_NOTE, command.at, TIME_ZONE)
        note = CreditNote.issue(command.note_id, series, bill, share, command.why, TIME_ZONE, command.at)
        work.add(note)
        take_number(work, series, note.id, command.at)
        await _give_back(work, bill.payment_id, command)
    return {"id": command.note_id.hex, "version": 1}


async def _give_back(work: Work, payment_id: UUID, command: CreditInvoice) -> None:
    """Undo the part of the division; the customer's part goes into the wallet, grants first that were spent last."""
    payment = await work.get(Payment, payment_id)
    back = payment.credit_back(command.note_id, command.amount.amount_minor, command.at)
    if back is None:
        return
    if payment.provider_id is not None:
        # Whoever supplied bears it: it is set off against what is paid out next.
        await accrue(work, payment.provider_id, command.note_id, -back.payable_minor, payment.currency, command.at)
    if back.to_partner_minor and payment.partner_id is not None:
        partner = await work.get(PartnerAccount, payment.partner_id)
        partner.lessen(payment.request_id, command.note_id, back.to_partner_minor, command.at)
    if back.to_customer_minor:
        await _to_wallet(work, payment, back.to_customer_minor, command)


async def _to_wallet(work: Work, payment: Payment, amount_minor: int, command: CreditInvoice) -> None:
    """What the wallet had paid comes back as it went; what was paid in cash comes in as money."""
    wallet = await wallet_for(work, payment.customer_id, payment.currency, command.at)
    if wallet.currency != payment.currency:
        raise CurrencyMismatch(f"the wallet is in {wallet.currency}", currency=payment.currency, wanted=wallet.currency)
    advance = ledger.advance_for(payment.request_id)
    spent = next((each.parts for each in wallet.spent if each.request_id == payment.request_id), ())
    as_spent = min(amount_minor, total_of(spent))
    if as_spent:
        wallet.give_back(command.note_id, payment.request_id, as_spent, advance, command.at)
    if amount_minor > as_spent:
        wallet.credit(command.note_id, amount_minor - as_spent, WhyPaidIn.REFUND, advance, command.at)
