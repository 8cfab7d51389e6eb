"""What can be said about an offer before it is answered: it arrived, it was seen, the provider wants other terms?"""

from functools import partial
from uuid import UUID

from starlette.responses import Response

from application.accept_counter import AcceptCounter, accept_counter
from application.counter_offer import CounterOffer, counter_offer
from application.decline_counter import DeclineCounter, decline_counter
from application.report_delivered import ReportDelivered, report_delivered
from application.report_seen import ReportSeen, report_seen
from domain.ids import Prefix
from interfaces.http import answers
from interfaces.http.calls import Command, id_in_path
from interfaces.http.routing import Routes
from interfaces.http.shapes.offers import CounterAnswerBody, CounterBody, OfferDone

ONE = "/v1/offers/{offer_id}"
CLOSED = ("offer_closed", "offer_lapsed")

routes = Routes("Offers")


@routes.command(ONE + "/delivery", OfferDone)
async def note_delivery(call: Command, offer_id: str) -> Response:
    """Note that an offer reached the provider's device.

    Twice, too late or after an answer it changes nothing.
    """
    command = ReportDelivered(call.actor, _id(offer_id), call.at, call.expected_version)
    return answers.done(await call.run(report_delivered, command), Prefix.OFFER)


@routes.command(ONE + "/sight", OfferDone)
async def note_sight(call: Command, offer_id: str) -> Response:
    """Note that somebody looked at an offer.

    Twice, too late or after an answer it changes nothing.
    """
    command = ReportSeen(call.actor, _id(offer_id), call.at, call.expected_version)
    return answers.done(await call.run(report_seen, command), Prefix.OFFER)


@routes.command(ONE + "/counter", OfferDone, problems=("bad_eta", *CLOSED))
async def counter_job(call: Command, offer_id: str, body: CounterBody) -> Response:
    """Ask for more time than the offer shows.

    It stands as it was made until the desk takes the counter; the provider may still accept it as it is.
    """
    command = CounterOffer(call.actor, _id(offer_id), body.eta_s, call.at, call.expected_version)
    return answers.done(await call.run(counter_offer, command), Prefix.OFFER)


@routes.command(
    ONE + "/counter-acceptance",
    OfferDone,
    problems=("not_countered", "provider_not_active", "not_capable", *CLOSED),
)
async def take_counter(call: Command, offer_id: str, body: CounterAnswerBody) -> Response:
    """Take a counter: the provider has the job, on its own terms."""
    command = AcceptCounter(call.actor, _id(offer_id), body.eta_s, call.at, call.expected_version)
    done = await call.run(partial(accept_counter, promises=call.stack.promises), command)
    return answers.done(done, Prefix.OFFER)


@routes.command(ONE + "/counter-refusal", OfferDone, problems=("not_countered", *CLOSED))
async def refuse_counter(call: Command, offer_id: str, body: CounterAnswerBody) -> Response:
    """Do not take a counter: the offer stands as it was made."""
    command = DeclineCounter(call.actor, _id(offer_id), body.eta_s, call.at, call.expected_version)
    return answers.done(await call.run(decline_counter, command), Prefix.OFFER)


def _id(text: str) -> UUID:
    return id_in_path(Prefix.OFFER, text)
