"""When is a receipt voucher written, and how does its advance end? At the capture; in a bill, or by a refund voucher.

Money that a customer puts into the wallet is no advance: nobody knows yet for what. What pays for a named job is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.numbering import take_number
from application.settlement_terms import TIME_ZONE, terms_of
from domain.invoice import Invoice
from domain.invoice_terms import DocType, invoice_id, series_for
from domain.payment_terms import payment_id
from domain.pricing import sac_of
from domain.receipt_voucher import Advance, ReceiptVoucher, receipt_voucher_id
from domain.refund_voucher import RefundVoucher
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Work
    from domain.payment_order import PaymentOrder


async def receive_advance(work: Work, order: PaymentOrder, request_id: UUID, amount_minor: int, at: datetime) -> None:
    """Write the voucher of what was captured for a job, with its number; after the bill it is no advance."""
    if await _is_billed(work, request_id):
        return
    request = await work.get(ServiceRequest, request_id)
    terms = await terms_of(work, request, at)
    advance = Advance(
        order_id=order.id,
        request_id=request_id,
        customer_id=order.customer_id,
        amount_minor=amount_minor,
        currency=order.currency,
        rate_bp=terms.split.tax_bp,
        supplier_state=terms.split.state,
        place=terms.place_of_supply or None,
        sac=sac_of(request.service),
    )
    nth = len(await _vouchers(work, request_id))
    series = series_for(work.context.tenant, terms.gstin, DocType.RECEIPT_VOUCHER, at, terms.time_zone)
    voucher = ReceiptVoucher.issue(series, advance, terms.time_zone, at, nth)
    work.add(voucher)
    take_number(work, series, voucher.id, at)


async def bill_advances(work: Work, request_id: UUID, bill: UUID, at: datetime) -> None:
    """The job is billed: what was received for it is a part of that."""
    for voucher in await _vouchers(work, request_id):
        if voucher.is_open:
            voucher.bill(bill, at)


async def give_advances_back(work: Work, request_id: UUID, at: datetime, order_id: UUID | None = None) -> None:
    """Nothing is supplied for what was received, or for what came through one order: it goes back, each by a voucher.

    The money is the customer's, in the wallet, or on its way to where it came from.
    """
    for voucher in await _vouchers(work, request_id):
        if not voucher.is_open or order_id not in {None, voucher.order_id}:
            continue
        series = series_for(work.context.tenant, voucher.gstin, DocType.REFUND_VOUCHER, at, TIME_ZONE)
        refund = RefundVoucher.issue(series, voucher, TIME_ZONE, at)
        voucher.give_back(refund.id, at)
        work.add(refund)
        take_number(work, series, refund.id, at)


async def _vouchers(work: Work, request_id: UUID) -> list[ReceiptVoucher]:
    """Those of one job, in their order: the first that is not there is behind the last."""
    found: list[ReceiptVoucher] = []
    while (one := await work.find(ReceiptVoucher, receipt_voucher_id(request_id, len(found)))) is not None:
        found.append(one)
    return found


async def _is_billed(work: Work, request_id: UUID) -> bool:
    return await work.find(Invoice, invoice_id(payment_id(request_id))) is not None
