"""How does a job's money move, within the save of whatever moves it? Kept, taken, collected, divided, billed.

Each function works on the unit of work of the use case that calls it, adds no command of its own, and changes nothing
when it is called again for what was done already. A settlement is what ``ServiceRequest.settle`` takes; the bill of
one that has a payment is ``domain.invoice_terms.invoice_id`` of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from application import wallet_share
from application.accruing import accrue
from application.advances import bill_advances, give_advances_back
from application.cash_in_hand import note_cash
from application.covering import free_cover, use_cover
from application.gateway_share import end_orders
from application.numbering import take_number
from application.partner_share import free_partner, use_partner, use_partner_for_fee
from application.settlement_terms import terms_of
from application.whose_money import payment_of, wallet_of
from domain.invoice import Invoice
from domain.invoice_terms import SERIES, DocType, Series, financial_year
from domain.payment import Payment
from domain.payment_terms import NothingDue, PaymentState
from domain.price_terms import PaymentMethod
from domain.pricing import sac_of
from domain.request_fare import Outcome, Settlement
from domain.split import Bill, bill_of, bill_of_fee, lines_of
from domain.wallet_terms import InsufficientFunds, WhyDebited

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Work
    from application.settlement_terms import Terms
    from domain.price_terms import PriceLine
    from domain.service_request import ServiceRequest

HELD_FOR = timedelta(days=7)
"""A hold outlives every job that was confirmed for now; one that is scheduled says until when it is kept."""


async def hold_for(
    work: Work,
    customer_id: UUID,
    request_id: UUID,
    amount_minor: int,
    currency: str,
    at: datetime,
    expires_at: datetime | None = None,
) -> UUID:
    """Keep so much of the customer's wallet for a job, of grants first; gives the id under which it is kept.

    The same amount again is the same hold; another amount takes its place. Raises InsufficientFunds (also where there
    is no wallet), WalletFrozen, CurrencyMismatch, TooManyHolds or BadAmount.
    """
    wallet = await wallet_of(work, customer_id)
    if wallet is None:
        raise InsufficientFunds(
            "there is no wallet yet", available_minor=0, missing_minor=amount_minor, currency=currency
        )
    return wallet_share.keep(wallet, request_id, amount_minor, currency, expires_at or at + HELD_FOR, at)


async def release_hold(work: Work, request: ServiceRequest, at: datetime) -> None:
    """Give the customer free what was kept for the request, units of a membership too; nothing kept is no news."""
    await free_cover(work, request, at)
    await free_partner(work, request, at)
    await release_wallet(work, request, at)


async def release_wallet(work: Work, request: ServiceRequest, at: datetime) -> None:
    """Give the customer free what the wallet keeps for the request; nothing kept is no news."""
    wallet = await wallet_of(work, request.customer_id)
    if wallet is not None:
        wallet_share.free(wallet, request.id, at)


async def settle_job(work: Work, request: ServiceRequest, at: datetime) -> Settlement | None:
    """Have the approved fare paid: from the wallet at once, with split and invoice; by cash it becomes due (None).

    A membership bears first what was shown, then a partner what was promised. What was kept is taken next, then what is
    available; whatever is missing the customer owes: a job that was done is never held up by its payment. One that
    costs nothing is settled with zero.
    """
    fare = request.fare
    if fare is None or fare.total_minor == 0 or request.payment_method is PaymentMethod.NONE:
        await _take_nothing(work, request, at)
        return Settlement(Outcome.ZERO, 0, fare.currency if fare else None, None)
    payment = await payment_of(work, request.id)
    if payment is None:
        payment = _due(work, request, Outcome.CHARGE, fare.total_minor, fare.currency, at)
    if payment.state is PaymentState.DUE:
        await use_cover(work, request, payment, at)
        await use_partner(work, request, payment, at)
    if request.payment_method is PaymentMethod.CASH and payment.open_minor > 0:
        return None
    if payment.state is PaymentState.DUE:
        await _take(work, request, payment, WhyDebited.SERVICE, at)
        payment.owe(at)
    return await _divide(work, request, payment, fare.lines, bill_of(fare.lines), at)


async def collect_cash(
    work: Work, request: ServiceRequest, amount_minor: int, currency: str, at: datetime
) -> Settlement:
    """The provider was handed the cash: book it, divide it, bill it; the same again changes nothing.

    Raises NothingDue, WrongAmount or CurrencyMismatch.
    """
    payment = await payment_of(work, request.id)
    fare = request.fare
    if payment is None or fare is None:
        raise NothingDue(request_id=str(request.id))
    if payment.state is not PaymentState.SETTLED:
        payment.collect(amount_minor, currency, at)
    return await _divide(work, request, payment, fare.lines, bill_of(fare.lines), at)


async def settle_fee(work: Work, request: ServiceRequest, fee_minor: int, at: datetime) -> Settlement:
    """Have the fee of an early end paid, and give free the rest of what was kept; the same again changes nothing.

    The fee is taken from what was kept or is available; what is missing the customer owes. Zero is settled too.
    """
    quote = request.quote
    if fee_minor == 0 or quote is None:
        await _take_nothing(work, request, at)
        return Settlement(Outcome.ZERO, 0, quote.currency if quote else None, None)
    await free_cover(work, request, at)
    payment = await payment_of(work, request.id)
    if payment is None:
        payment = _due(work, request, Outcome.FEE, fee_minor, quote.currency, at)
    if payment.state is PaymentState.DUE:
        await use_partner_for_fee(work, request, payment, at)
    if payment.state is PaymentState.DUE:
        await _take(work, request, payment, WhyDebited.FEE, at)
        payment.owe(at)
    terms = await terms_of(work, request, at)
    bill = bill_of_fee(payment.amount_minor, terms.split.tax_bp, interstate=terms.interstate)
    return await _divide(work, request, payment, lines_of(bill), bill, at, terms)


async def _take_nothing(work: Work, request: ServiceRequest, at: datetime) -> None:
    """Nothing is supplied: what was kept is free, what was received as an advance is the customer's again."""
    await release_hold(work, request, at)
    await give_advances_back(work, request.id, at)
    await end_orders(work, request, None, at)


def _due(
    work: Work, request: ServiceRequest, outcome: Outcome, amount_minor: int, currency: str, at: datetime
) -> Payment:
    held = request.assignment
    payment = Payment.due(
        request.id,
        customer_id=request.customer_id,
        provider_id=held.provider_id if held else None,
        method=request.payment_method,
        outcome=outcome,
        amount_minor=amount_minor,
        currency=currency,
        at=at,
    )
    work.add(payment)
    return payment


async def _take(work: Work, request: ServiceRequest, payment: Payment, why: WhyDebited, at: datetime) -> None:
    """Take as much as the wallet gives."""
    wallet = await wallet_of(work, request.customer_id)
    if wallet is not None:
        wallet_share.take(wallet, payment, why, at)


async def _divide(
    work: Work,
    request: ServiceRequest,
    payment: Payment,
    lines: tuple[PriceLine, ...],
    bill: Bill,
    at: datetime,
    terms: Terms | None = None,
) -> Settlement:
    told = Settlement(payment.outcome, payment.amount_minor, payment.currency, payment.id)
    if payment.state is PaymentState.SETTLED:
        return told
    agreed = terms or await terms_of(work, request, at)
    shares = payment.settle(bill, agreed.split, at)
    if payment.provider_id is not None:
        earned = shares.payable_minor - payment.collected_minor
        await accrue(work, payment.provider_id, payment.id, earned, payment.currency, at)
        await note_cash(work, payment, earned, at)
    await _bill(work, request, payment, lines, agreed, at)
    await end_orders(work, request, payment, at)
    return told


async def _bill(
    work: Work, request: ServiceRequest, payment: Payment, lines: tuple[PriceLine, ...], terms: Terms, at: datetime
) -> None:
    """Issue the invoice and let it take the next number of its series: both at the end of what they belong to."""
    year = financial_year(at, terms.time_zone)
    series = Series(work.context.tenant, terms.gstin, DocType.INVOICE, SERIES, year)
    document = Invoice.issue(
        series,
        payment,
        lines,
        sac=sac_of(request.service),
        place_of_supply=terms.place_of_supply,
        time_zone=terms.time_zone,
        at=at,
    )
    work.add(document)
    take_number(work, series, document.id, at)
    await bill_advances(work, request.id, document.id, at)
