"""What does a refund remember of whatever the gateway tells, and is it news?"""

from domain.invoice_terms import DocType
from domain.refund import Refund
from domain.refund_terms import WhyRefunded
from domain.refund_voucher import RefundVoucher
from tests.domain.document_facts import RECEIPT, RECEIPT_ISSUED, REFUND_ISSUED, series
from tests.domain.payment_order_facts import AMOUNT, GATEWAY_REFUND, ORDER, OTHER_PAY, PROMISED, REFUND, SAMPLES
from tests.domain.test_machine_invoice import INDIA
from tests.domain.test_machine_refund import a_refund
from tests.support.roadside import CUSTOMER, LATER, NOON, SOON
from tests.support.rulebook import Fact, born, fact_of, replayed, row_of

TOLD = {each.event_class.TOPIC: each for each in SAMPLES}
ACCEPTED, REJECTED, DOUBTED = TOLD["refund.accepted"], TOLD["refund.rejected"], TOLD["refund.doubted"]
PROCESSED, PUT_BACK, REROUTED = TOLD["refund.processed"], TOLD["refund.put_back"], TOLD["refund.rerouted"]


def news(refund: Refund) -> list[Fact]:
    return [fact_of(event) for event in refund.collect_events()]


def asked() -> Refund:
    refund = a_refund()
    refund.collect_events()
    return refund


def recognised() -> Refund:
    refund = a_refund(asked=False)
    refund.collect_events()
    return refund


def test_it_begins_as_a_promise_that_the_gateway_is_asked_for() -> None:
    requested, promised = news(a_refund())
    assert (requested, promised) == (TOLD["refund.requested"], PROMISED)


def test_what_nobody_asked_for_begins_as_accepted() -> None:
    begun, booked = news(a_refund(asked=False))
    told = {**TOLD["refund.requested"].fields, "why": WhyRefunded.BY_GATEWAY}
    assert (begun.at, begun.fields, booked) == (NOON, told, TOLD["refund.recognised"])


def test_a_doubt_names_the_operation_and_lasts_until_somebody_knows() -> None:
    refund = asked()
    refund.doubted("no_answer", SOON)
    assert news(refund) == [DOUBTED]
    refund.accepted(GATEWAY_REFUND, SOON)
    refund.doubted("no_answer", SOON)
    refund.accepted("rfnd_other", SOON)
    assert news(refund) == [ACCEPTED]
    assert refund.gateway_refund == GATEWAY_REFUND


def test_what_is_refused_goes_to_the_wallet_once() -> None:
    refund = asked()
    assert refund.rejected("refused", SOON)
    assert news(refund) == [REJECTED, REROUTED]
    assert not refund.rejected("refused", SOON)
    assert not refund.failed(GATEWAY_REFUND, SOON)
    assert news(refund) == []


def test_done_may_be_told_before_accepted_and_is_booked_once() -> None:
    refund = asked()
    refund.processed(GATEWAY_REFUND, SOON)
    assert news(refund) == [ACCEPTED, PROCESSED]
    refund.processed(GATEWAY_REFUND, SOON)
    assert not refund.failed(GATEWAY_REFUND, SOON)
    assert not refund.rejected("refused", SOON)
    assert news(refund) == []


def test_what_did_not_arrive_goes_to_the_wallet() -> None:
    refund = asked()
    assert refund.failed(GATEWAY_REFUND, SOON)
    assert news(refund) == [ACCEPTED, REROUTED]
    refund.processed(GATEWAY_REFUND, SOON)
    assert news(refund) == []


def test_what_nobody_asked_for_and_did_not_arrive_is_booked_back() -> None:
    refund = recognised()
    assert not refund.failed(GATEWAY_REFUND, SOON)
    assert news(refund) == [PUT_BACK]
    assert not refund.failed(GATEWAY_REFUND, SOON)
    assert news(refund) == []
    assert (refund.amount_minor, refund.order_id, refund.customer_id) == (AMOUNT, ORDER, CUSTOMER)
    assert (refund.id, refund.gateway_payment) == (REFUND, OTHER_PAY)


def test_a_voucher_takes_back_all_that_the_receipt_told() -> None:
    receipt = replayed([row_of(RECEIPT_ISSUED, 1, RECEIPT)], RECEIPT)
    voucher = RefundVoucher.issue(series(DocType.REFUND_VOUCHER), receipt, INDIA, LATER)  # type: ignore[arg-type]  # it is one
    assert born(voucher) == REFUND_ISSUED
