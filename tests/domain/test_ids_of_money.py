"""Is the id of a thing of money the same for ever? Another one would be another thing, asked for and booked again."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from domain.invoice_terms import DocType, Series, invoice_id
from domain.ledger.terms import account_stream
from domain.payment_order_terms import capture_of, opening_of
from domain.payment_terms import payment_id
from domain.payout_account import payout_account_id
from domain.payout_batch import batch_id
from domain.refund_terms import refund_of, told_refund
from domain.refund_voucher import refund_voucher_id
from domain.wallet_terms import wallet_id

A = UUID(int=1)
FOR_EVER = [
    (lambda: invoice_id(A), "6724555d-ceb5-57e4-9fa5-c909917703d9"),
    (lambda: payment_id(A), "c14c3469-f156-5225-83a0-ef96ba61d6b2"),
    (lambda: opening_of(A), "a5f666e4-c7ad-55d3-9a21-46c2f755fa57"),
    (lambda: capture_of(A, "pay_1"), "f37e0521-e06a-5ccb-bca7-9a7db0336620"),
    (lambda: refund_of(A, "pay_1"), "178d79ea-edd6-5b58-a3be-281a2dc1401c"),
    (lambda: told_refund(A, "rfnd_1"), "2bdd6593-2a9a-58c6-936e-63fc21436131"),
    (lambda: refund_voucher_id(A), "80af99eb-b6a2-584d-8ebe-d73aa0630862"),
    (lambda: payout_account_id(A), "a6a1dd17-86c2-541c-955e-0f7e06590da9"),
    (lambda: batch_id("demo", date(2026, 3, 3), "INR"), "b683fd2e-117c-5464-a43e-0aa6598b95a0"),
    (lambda: wallet_id("demo", A), "298c65b0-72ef-5802-93ab-ca1cb80fa72c"),
    (lambda: account_stream("demo", "L:x", "INR"), "2d7471ec-be07-50f7-905f-af24f89cf78d"),
    (lambda: Series("demo", "", DocType.INVOICE, "VA", "26-27").id, "1a040ce3-6662-50eb-8608-8bebe347d839"),
]


@pytest.mark.parametrize(("made", "told"), FOR_EVER)
def test_an_id_follows_from_its_fact(made: Callable[[], UUID], told: str) -> None:
    assert str(made()) == told
