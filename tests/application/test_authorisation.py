"""Does every use case refuse whom it must, without telling what exists?"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from application.accept_counter import AcceptCounter, accept_counter
from application.accept_offer import AcceptOffer, accept_offer
from application.add_crew_member import AddCrewMember, add_crew_member
from application.add_truck import AddTruck, add_truck
from application.apply_as_provider import ApplyAsProvider, apply_as_provider
from application.approve_provider import ApproveProvider, approve_provider
from application.ask_document_again import AskDocumentAgain, ask_document_again
from application.cancel_request import CancelRequest, cancel_request
from application.complete_service import CompleteService, complete_service
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.counter_offer import CounterOffer, counter_offer
from application.decline_counter import DeclineCounter, decline_counter
from application.decline_offer import DeclineOffer, decline_offer
from application.end_break import EndBreak, end_break
from application.end_shift import EndShift, end_shift
from application.engine import Answer, Work
from application.expire_document import ExpireDocument, expire_document
from application.force_off_shift import ForceOffShift, force_off_shift
from application.get_shift_ready import GetShiftReady, get_shift_ready
from application.give_up_search import GiveUpSearch, give_up_search
from application.lapse_offer import LapseOffer, lapse_offer
from application.look_after_papers import LookAfterPapers, look_after_papers
from application.make_offer import MakeOffer, make_offer
from application.offboard_provider import OffboardProvider, offboard_provider
from application.register_provider import RegisterProvider, register_provider
from application.reinstate_provider import ReinstateProvider, reinstate_provider
from application.reject_document import RejectDocument, reject_document
from application.reject_provider import RejectProvider, reject_provider
from application.report_delivered import ReportDelivered, report_delivered
from application.report_en_route import ReportEnRoute, report_en_route
from application.report_seen import ReportSeen, report_seen
from application.request_service import RequestService, request_service
from application.start_break import StartBreak, start_break
from application.start_shift import StartShift, start_shift
from application.submit_for_review import SubmitForReview, submit_for_review
from application.suspend_provider import SuspendProvider, suspend_provider
from application.update_stock import UpdateStock, update_stock
from application.upload_document import UploadDocument, upload_document
from application.verify_document import VerifyDocument, verify_document
from application.withdraw_offer import WithdrawOffer, withdraw_offer
from domain.actor import Actor, Role
from domain.offer import DeclineReason
from domain.provider import SuspendReason
from domain.provider_terms import DocumentFlaw, DocumentKind, Paper, RejectReason
from domain.refusal import NotAllowed, NotFound, Refusal
from domain.request_terms import CancelReason
from domain.shift import Stock
from tests.application.world import World
from tests.support.roadside import (
    ANOTHER_CUSTOMER,
    ANOTHER_PROVIDER,
    AUDITOR,
    CALL,
    CREW,
    CUSTOMER,
    DEPOT_CELL,
    DESK_ACTOR,
    LAPSE,
    NOON,
    OFFER,
    OTHER_CREW,
    OTHER_OFFER,
    OTHER_PROVIDER,
    OTHER_SHIFT,
    OTHER_TRUCK,
    PROFILE,
    PROVIDER,
    REQUEST,
    SHIFT,
    SOON,
    THE_CUSTOMER,
    THE_PROVIDER,
    TOWING,
    TRUCK,
    some_id,
)

pytestmark = pytest.mark.anyio

DOCUMENT = some_id(701)
PAN = Paper(DocumentKind.PAN, "0" * 64)
Case = tuple[Callable[[Any, Work], Awaitable[Answer]], Callable[[Actor], Any]]

ON_THE_REQUEST: dict[str, Case] = {
    "en_route": (report_en_route, lambda a: ReportEnRoute(a, REQUEST, SOON)),
    "arrive": (confirm_arrival, lambda a: ConfirmArrival(a, REQUEST, None, SOON)),
    "complete": (complete_service, lambda a: CompleteService(a, REQUEST, SOON)),
    "cancel": (cancel_request, lambda a: CancelRequest(a, REQUEST, CancelReason.OTHER, SOON)),
}
ON_THE_OFFER: dict[str, Case] = {
    "accept": (accept_offer, lambda a: AcceptOffer(a, OFFER, SOON)),
    "decline": (decline_offer, lambda a: DeclineOffer(a, OFFER, DeclineReason.BUSY, SOON)),
    "delivered": (report_delivered, lambda a: ReportDelivered(a, OFFER, SOON)),
    "seen": (report_seen, lambda a: ReportSeen(a, OFFER, SOON)),
    "counter": (counter_offer, lambda a: CounterOffer(a, OFFER, 600, SOON)),
}
ON_THE_COMPANY: dict[str, Case] = {
    "end_shift": (end_shift, lambda a: EndShift(a, SHIFT, SOON)),
    "start_break": (start_break, lambda a: StartBreak(a, SHIFT, SOON)),
    "end_break": (end_break, lambda a: EndBreak(a, SHIFT, DEPOT_CELL, SOON)),
    "ready": (get_shift_ready, lambda a: GetShiftReady(a, SHIFT, None, SOON)),
    "stock": (update_stock, lambda a: UpdateStock(a, SHIFT, Stock(1, 1, 1), SOON)),
    "document": (upload_document, lambda a: UploadDocument(a, PROVIDER, DOCUMENT, PAN, SOON)),
    "review": (submit_for_review, lambda a: SubmitForReview(a, PROVIDER, SOON)),
    "apply": (apply_as_provider, lambda a: ApplyAsProvider(a, PROVIDER, PROFILE, SOON)),
    "crew": (add_crew_member, lambda a: AddCrewMember(a, PROVIDER, OTHER_CREW, TOWING, NOON)),
    "truck": (add_truck, lambda a: AddTruck(a, PROVIDER, OTHER_TRUCK, TOWING, NOON)),
    "start_shift": (start_shift, lambda a: StartShift(a, PROVIDER, OTHER_SHIFT, CREW, TRUCK, DEPOT_CELL, NOON)),
}
OF_THE_DESK: dict[str, Case] = {
    "offer": (make_offer, lambda a: MakeOffer(a, REQUEST, OTHER_OFFER, OTHER_SHIFT, LAPSE, NOON)),
    "lapse": (lapse_offer, lambda a: LapseOffer(a, OFFER, LAPSE)),
    "withdraw": (withdraw_offer, lambda a: WithdrawOffer(a, OFFER, SOON)),
    "give_up": (give_up_search, lambda a: GiveUpSearch(a, REQUEST, SOON)),
    "register": (register_provider, lambda a: RegisterProvider(a, OTHER_PROVIDER, PROFILE, NOON)),
    "suspend": (suspend_provider, lambda a: SuspendProvider(a, PROVIDER, SuspendReason.FRAUD, NOON)),
    "take_counter": (accept_counter, lambda a: AcceptCounter(a, OFFER, 600, SOON)),
    "refuse_counter": (decline_counter, lambda a: DeclineCounter(a, OFFER, 600, SOON)),
    "verify": (verify_document, lambda a: VerifyDocument(a, PROVIDER, DOCUMENT, SOON)),
    "reject_document": (reject_document, lambda a: RejectDocument(a, PROVIDER, DOCUMENT, DocumentFlaw.OTHER, SOON)),
    "ask_again": (ask_document_again, lambda a: AskDocumentAgain(a, PROVIDER, DOCUMENT, DocumentFlaw.OTHER, SOON)),
    "look_after": (look_after_papers, lambda a: LookAfterPapers(a, PROVIDER, SOON)),
    "expire": (expire_document, lambda a: ExpireDocument(a, PROVIDER, DOCUMENT, SOON)),
    "approve": (approve_provider, lambda a: ApproveProvider(a, PROVIDER, SOON)),
    "reject": (reject_provider, lambda a: RejectProvider(a, PROVIDER, RejectReason.OTHER, SOON)),
    "offboard": (offboard_provider, lambda a: OffboardProvider(a, PROVIDER, SOON)),
    "force_off": (force_off_shift, lambda a: ForceOffShift(a, SHIFT, SOON)),
    "reinstate": (reinstate_provider, lambda a: ReinstateProvider(a, PROVIDER, NOON)),
}
FOR_PROVIDERS = {k: v for k, v in ON_THE_REQUEST.items() if k != "cancel"} | ON_THE_OFFER | ON_THE_COMPANY
FOR_CUSTOMERS = {k: ON_THE_REQUEST[k] for k in ("arrive", "cancel")}


async def refused_alike(world: World, case: Case, actor: Actor, refusal: type[Refusal]) -> None:
    """Refused, and nothing was recorded."""
    before = world.head
    use_case, command = case
    with pytest.raises(refusal) as refused:
        await world.run(use_case, command(actor))
    assert type(refused.value) is refusal
    assert world.head == before


@pytest.mark.parametrize("name", list(FOR_PROVIDERS))
async def test_another_providers_things_do_not_exist(name: str) -> None:
    await refused_alike(await World().held(), FOR_PROVIDERS[name], ANOTHER_PROVIDER, NotFound)


@pytest.mark.parametrize("name", list(FOR_CUSTOMERS))
async def test_another_customers_request_does_not_exist(name: str) -> None:
    await refused_alike(await World().held(), FOR_CUSTOMERS[name], ANOTHER_CUSTOMER, NotFound)


@pytest.mark.parametrize("name", list(FOR_PROVIDERS.keys() - FOR_CUSTOMERS.keys()))
async def test_customers_do_not_do_the_providers_part(name: str) -> None:
    await refused_alike(await World().held(), FOR_PROVIDERS[name], THE_CUSTOMER, NotAllowed)


@pytest.mark.parametrize("name", list(OF_THE_DESK))
@pytest.mark.parametrize("actor", [THE_CUSTOMER, THE_PROVIDER, AUDITOR], ids=lambda a: a.role.value)
async def test_the_desks_part_is_the_desks(name: str, actor: Actor) -> None:
    await refused_alike(await World().asked(), OF_THE_DESK[name], actor, NotAllowed)


@pytest.mark.parametrize("name", list(ON_THE_REQUEST | ON_THE_OFFER | ON_THE_COMPANY))
async def test_an_auditor_only_looks(name: str) -> None:
    await refused_alike(
        await World().held(), (ON_THE_REQUEST | ON_THE_OFFER | ON_THE_COMPANY)[name], AUDITOR, NotAllowed
    )


@pytest.mark.parametrize("name", list(FOR_PROVIDERS | FOR_CUSTOMERS | OF_THE_DESK))
async def test_an_actor_of_another_tenant_is_stopped_first(name: str) -> None:
    stranger = Actor(Role.ADMIN, DESK_ACTOR.subject_id, "elsewhere")
    await refused_alike(
        await World().asked(), (FOR_PROVIDERS | FOR_CUSTOMERS | OF_THE_DESK)[name], stranger, NotAllowed
    )


async def test_a_tenant_does_not_see_anothers_streams() -> None:
    world = await World().held()
    stranger = Actor(Role.ADMIN, DESK_ACTOR.subject_id, "elsewhere")
    with pytest.raises(NotFound):
        await world.run(report_en_route, ReportEnRoute(stranger, REQUEST, SOON), tenant="elsewhere")


async def test_what_is_hidden_reads_like_what_does_not_exist() -> None:
    world = await World().held()
    with pytest.raises(NotFound) as hidden:
        await world.run(report_en_route, ReportEnRoute(ANOTHER_PROVIDER, REQUEST, SOON))
    with pytest.raises(NotFound) as missing:
        await World().run(report_en_route, ReportEnRoute(ANOTHER_PROVIDER, REQUEST, SOON))
    assert (hidden.value.detail, hidden.value.facts) == (missing.value.detail, missing.value.facts)


async def test_a_customer_asks_for_themselves_only() -> None:
    with pytest.raises(NotAllowed):
        await World().run(request_service, RequestService(ANOTHER_CUSTOMER, REQUEST, CALL, NOON))
    done = await World().run(request_service, RequestService(DESK_ACTOR, REQUEST, CALL, NOON))
    assert done.answer["state"] == "searching"
    assert CALL.customer_id == CUSTOMER
