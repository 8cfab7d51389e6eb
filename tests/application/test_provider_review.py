"""What is recorded from a company's application to the day it leaves, and what becomes of its shifts?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.add_crew_member import AddCrewMember, add_crew_member
from application.add_truck import AddTruck, add_truck
from application.apply_as_provider import ApplyAsProvider, apply_as_provider
from application.approve_provider import ApproveProvider, approve_provider
from application.engine import Done
from application.expire_document import ExpireDocument, expire_document
from application.force_off_shift import ForceOffShift, force_off_shift
from application.get_shift_ready import GetShiftReady, get_shift_ready
from application.offboard_provider import OffboardProvider, offboard_provider
from application.reject_document import RejectDocument, reject_document
from application.reject_provider import RejectProvider, reject_provider
from application.start_shift import StartShift, start_shift
from application.submit_for_review import SubmitForReview, submit_for_review
from application.suspend_provider import SuspendProvider, suspend_provider
from application.update_stock import UpdateStock, update_stock
from application.upload_document import UploadDocument, upload_document
from application.verify_document import VerifyDocument, verify_document
from domain.catalogue import VehicleClass
from domain.provider import ProviderNotActive, ProviderState, SuspendReason
from domain.provider_terms import (
    REQUIRED,
    AlreadyApplied,
    DocumentFlaw,
    DocumentKind,
    DocumentNotValid,
    DocumentsMissing,
    Paper,
    RejectReason,
    StillOnDuty,
)
from domain.refusal import OutOfTurn, StaleVersion
from domain.shift import NotCapable, ShiftState, Stock
from tests.application.world import World
from tests.support.roadside import (
    CALL,
    CREW,
    DEPOT_CELL,
    DESK_ACTOR,
    NOON,
    OFFER,
    PROFILE,
    PROVIDER,
    SHIFT,
    SOON,
    THE_PROVIDER,
    TOWING,
    TRUCK,
    some_id,
)

pytestmark = pytest.mark.anyio
NEXT_YEAR = NOON + timedelta(days=365)
PAPERS = {some_id(701 + nth): Paper(kind, f"{nth:064x}", NEXT_YEAR) for nth, kind in enumerate(REQUIRED)}


class Joining(World):
    """A company that nobody vouches for."""

    async def apply(self) -> Done:
        return await self.run(apply_as_provider, ApplyAsProvider(THE_PROVIDER, PROVIDER, PROFILE, NOON))

    async def show(self, paper: Paper, number: int = 799) -> Done:
        command = UploadDocument(THE_PROVIDER, PROVIDER, some_id(number), paper, NOON)
        return await self.run(upload_document, command)

    async def show_all(self) -> None:
        for document_id, paper in PAPERS.items():
            await self.run(upload_document, UploadDocument(THE_PROVIDER, PROVIDER, document_id, paper, NOON))

    async def submitted(self) -> "Joining":
        await self.apply()
        await self.show_all()
        await self.run(submit_for_review, SubmitForReview(THE_PROVIDER, PROVIDER, NOON))
        return self

    async def approve(self) -> Done:
        for document_id in PAPERS:
            await self.run(verify_document, VerifyDocument(DESK_ACTOR, PROVIDER, document_id, NOON))
        return await self.run(approve_provider, ApproveProvider(DESK_ACTOR, PROVIDER, NOON))

    async def go_out(self, classes: tuple[VehicleClass, ...] = tuple(VehicleClass)) -> Done:
        await self.run(add_crew_member, AddCrewMember(THE_PROVIDER, PROVIDER, CREW, TOWING, NOON))
        truck = AddTruck(THE_PROVIDER, PROVIDER, TRUCK, TOWING, NOON, vehicle_classes=classes)
        await self.run(add_truck, truck)
        start = StartShift(THE_PROVIDER, PROVIDER, SHIFT, CREW, TRUCK, DEPOT_CELL, NOON)
        return await self.run(start_shift, replace(start, longest_duty=timedelta(hours=12)))


async def test_from_the_application_to_the_first_shift() -> None:
    world = await Joining().submitted()
    with pytest.raises(ProviderNotActive):
        await world.go_out()
    with pytest.raises(DocumentsMissing):
        await world.run(approve_provider, ApproveProvider(DESK_ACTOR, PROVIDER, NOON))
    done = await world.approve()
    assert done.answer["state"] == "active"
    await world.go_out()
    shift = await world.the_shift()
    assert (shift.state, shift.ends_by) == (ShiftState.AVAILABLE, NOON + timedelta(hours=12))


async def test_a_company_applies_once_and_is_told_so() -> None:
    world = Joining()
    await world.apply()
    with pytest.raises(AlreadyApplied):
        await world.apply()


async def test_the_same_document_has_its_first_id() -> None:
    world = Joining()
    await world.apply()
    paper = Paper(DocumentKind.PAN, "0" * 64)
    first = await world.show(paper)
    before = world.head
    again = await world.show(paper, 798)
    assert (again.answer["document_id"], world.head) == (first.answer["document_id"], before)


async def test_a_rejected_document_sends_a_company_back_to_its_papers() -> None:
    world = await Joining().submitted()
    (first, *_) = PAPERS
    await world.run(reject_document, RejectDocument(DESK_ACTOR, PROVIDER, first, DocumentFlaw.UNREADABLE, NOON))
    assert (await world.the_provider()).state is ProviderState.DOCS_PENDING
    with pytest.raises(DocumentsMissing):
        await world.run(submit_for_review, SubmitForReview(THE_PROVIDER, PROVIDER, NOON))


async def test_a_company_that_is_turned_away_stays_away() -> None:
    world = await Joining().submitted()
    await world.run(reject_provider, RejectProvider(DESK_ACTOR, PROVIDER, RejectReason.DOCUMENTS, NOON))
    assert (await world.the_provider()).state is ProviderState.REJECTED
    with pytest.raises(AlreadyApplied):
        await world.apply()


async def test_nobody_goes_out_with_a_licence_that_has_run_out() -> None:
    world = Joining()
    await world.open_company()
    licence = Paper(DocumentKind.LICENCE, "1" * 64, SOON, crew_id=CREW)
    await world.show(licence)
    with pytest.raises(OutOfTurn):
        await world.run(expire_document, ExpireDocument(DESK_ACTOR, PROVIDER, some_id(799), NOON))
    await world.run(expire_document, ExpireDocument(DESK_ACTOR, PROVIDER, some_id(799), SOON))
    with pytest.raises(DocumentNotValid):
        (await world.the_provider()).check_papers(CREW, TRUCK, NOON)


async def test_who_leaves_is_off_duty_and_whoever_decides_has_looked() -> None:
    world = Joining()
    await world.open_company()
    with pytest.raises(StaleVersion):
        await world.run(offboard_provider, OffboardProvider(DESK_ACTOR, PROVIDER, NOON, expected_version=1))
    before = world.head
    await world.run(offboard_provider, OffboardProvider(DESK_ACTOR, PROVIDER, NOON))
    assert sorted(world.topics(before)) == ["provider.offboarded", "provider.went_off_duty", "shift.ended"]
    assert (await world.the_shift()).state is ShiftState.ENDED


async def test_who_leaves_finishes_the_job_first() -> None:
    world = await World().held()
    before = world.head
    with pytest.raises(StillOnDuty):
        await world.run(offboard_provider, OffboardProvider(DESK_ACTOR, PROVIDER, SOON))
    assert world.topics(before) == []


async def test_a_suspension_for_a_time_is_over_by_itself() -> None:
    world = await World().asked()
    suspend = SuspendProvider(DESK_ACTOR, PROVIDER, SuspendReason.COMPLAINTS, NOON - timedelta(minutes=1))
    await world.run(suspend_provider, replace(suspend, until=NOON))
    await world.accept()
    assert (await world.the_shift()).state is ShiftState.COMMITTED


async def test_a_truck_is_not_sent_to_a_vehicle_that_it_is_not_made_for() -> None:
    world = Joining()
    await world.apply()
    await world.show_all()
    await world.run(submit_for_review, SubmitForReview(THE_PROVIDER, PROVIDER, NOON))
    await world.approve()
    await world.go_out((VehicleClass.TWO_WHEELER,))
    await world.request()
    assert CALL.vehicle_class is VehicleClass.CAR
    with pytest.raises(NotCapable, match="lacks car"):
        await world.offer()


async def test_a_shift_gets_ready_before_the_money_is_settled_and_not_before_the_work_is_done() -> None:
    world = await World().held()
    await world.drive()
    await world.arrive()
    with pytest.raises(OutOfTurn):
        await world.run(get_shift_ready, GetShiftReady(THE_PROVIDER, SHIFT, None, SOON))
    shift = await world.the_shift()
    assert (shift.state, shift.is_kept_for(OFFER)) == (ShiftState.AT_JOB, True)


async def test_stock_is_counted_once() -> None:
    world = await World().asked()
    for _ in range(2):
        await world.run(update_stock, UpdateStock(THE_PROVIDER, SHIFT, Stock(40, 4, 0), SOON))
    assert (await world.the_shift()).stock == Stock(40, 4, 0)
    assert world.topics().count("shift.stock_updated") == 1


async def test_a_shift_whose_duty_is_over_is_sent_home_and_its_crew_is_free() -> None:
    world = await Joining().submitted()
    await world.approve()
    await world.go_out()
    with pytest.raises(OutOfTurn):
        await world.run(force_off_shift, ForceOffShift(DESK_ACTOR, SHIFT, SOON))
    before = world.head
    await world.run(force_off_shift, ForceOffShift(DESK_ACTOR, SHIFT, NOON + timedelta(hours=12)))
    assert world.topics(before) == ["shift.forced_off", "provider.went_off_duty"]
    assert (await world.the_provider()).on_duty == {}
    assert (await world.the_shift()).state is ShiftState.ENDED
