"""What can be ordered about the price of a request: quote, confirmation, fare, cash?"""

from functools import partial
from uuid import UUID

from starlette.responses import Response

from application.approve_fare import ApproveFare, approve_fare
from application.collect_cash import CollectCash, collect_cash
from application.confirm_request import ConfirmRequest, confirm_request
from application.dispute_fare import DisputeFare, dispute_fare
from application.issue_quote import IssueQuote, issue_quote
from application.propose_fare import ProposeFare, propose_fare
from application.release_for_dispatch import ReleaseForDispatch, release_for_dispatch
from domain.ids import Prefix
from interfaces.http import answers
from interfaces.http.calls import Command, id_in_path
from interfaces.http.routes.service_requests import ONE
from interfaces.http.routing import Routes
from interfaces.http.shapes.request_acts import (
    CashBody,
    ConfirmationBody,
    FareApprovalBody,
    FareBody,
    FareDisputeBody,
)
from interfaces.http.shapes.service_requests import ServiceRequestDone

routes = Routes("Service requests: price")

ENDED = ("request_closed", "out_of_turn")


@routes.command(
    ONE + "/quote",
    ServiceRequestDone,
    problems=("not_priced", "store_unavailable", *ENDED),
)
async def issue_fresh_quote(call: Command, request_id: str) -> Response:
    """Get a price, or a fresh one when the old one has expired.

    A quote that can still be confirmed stays as it is; the desk can have a new one made any time.
    """
    command = IssueQuote(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(partial(issue_quote, trade=call.stack.trade), command), Prefix.REQUEST)


@routes.command(
    ONE + "/confirmation",
    ServiceRequestDone,
    problems=(
        "not_quoted",
        "quote_expired",
        "quote_superseded",
        "insufficient_funds",
        "wallet_frozen",
        "too_many_holds",
        "bad_input",
        "store_unavailable",
        *ENDED,
    ),
)
async def confirm_price(call: Command, request_id: str, body: ConfirmationBody) -> Response:
    """Agree to the price: the search begins, or waits for the hour that was asked for.

    From the wallet, the price is kept there until the job is done. An SOS is searched for before that.
    """
    command = ConfirmRequest(
        call.actor, _id(request_id), body.quote_version, body.payment_method, call.at, call.expected_version
    )
    return answers.done(await call.run(partial(confirm_request, trade=call.stack.trade), command), Prefix.REQUEST)


@routes.command(ONE + "/dispatch", ServiceRequestDone, problems=ENDED)
async def release_scheduled_request(call: Command, request_id: str) -> Response:
    """Begin the search of a scheduled request now."""
    command = ReleaseForDispatch(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(partial(release_for_dispatch, trade=call.stack.trade), command), Prefix.REQUEST)


@routes.command(
    ONE + "/fare",
    ServiceRequestDone,
    problems=(
        "not_priced",
        "not_confirmed",
        "not_delivered",
        "evidence_missing",
        "bad_input",
        "bad_price",
        "store_unavailable",
        *ENDED,
    ),
)
async def propose_job_fare(call: Command, request_id: str, body: FareBody) -> Response:
    """Report that the work is done, with parts, extras or a discount; waiting at the vehicle is added by itself.

    A fare within the tariff's tolerance stands and is paid at once; one above it, or with parts or extras of whose
    receipt there is no picture, waits for the customer's approval.
    Without either, use the completion.
    """
    command = ProposeFare(
        call.actor,
        _id(request_id),
        body.parts_minor,
        body.discount_minor,
        call.at,
        call.expected_version,
        body.extras_minor,
    )
    return answers.done(await call.run(partial(propose_fare, trade=call.stack.trade), command), Prefix.REQUEST)


@routes.command(
    ONE + "/fare/approval",
    ServiceRequestDone,
    problems=("not_the_latest_fare", "approval_needed", *ENDED),
)
async def approve_job_fare(call: Command, request_id: str, body: FareApprovalBody) -> Response:
    """Agree to a fare above the price, or decide a dispute: it is paid."""
    command = ApproveFare(call.actor, _id(request_id), body.fare_version, call.at, call.expected_version)
    return answers.done(await call.run(approve_fare, command), Prefix.REQUEST)


@routes.command(
    ONE + "/fare/dispute",
    ServiceRequestDone,
    problems=("not_the_latest_fare", *ENDED),
)
async def dispute_job_fare(call: Command, request_id: str, body: FareDisputeBody) -> Response:
    """Object to a fare: the provider proposes another one, or the desk decides."""
    command = DisputeFare(call.actor, _id(request_id), body.fare_version, body.reason, call.at, call.expected_version)
    return answers.done(await call.run(dispute_fare, command), Prefix.REQUEST)


@routes.command(
    ONE + "/cash-collection",
    ServiceRequestDone,
    problems=("nothing_due", "wrong_amount", "currency_mismatch", "unknown_currency", "bad_amount", *ENDED),
)
async def collect_job_cash(call: Command, request_id: str, body: CashBody) -> Response:
    """Report that the fare was paid in cash: the job is complete."""
    command = CollectCash(call.actor, _id(request_id), body.amount_minor, body.currency, call.at, call.expected_version)
    return answers.done(await call.run(collect_cash, command), Prefix.REQUEST)


def _id(text: str) -> UUID:
    return id_in_path(Prefix.REQUEST, text)
