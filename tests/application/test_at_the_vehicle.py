"""Does the work begin with the right customer, is it proved, and does a towed vehicle get where it shall go?"""

from functools import partial

import pytest

from application.capture_evidence import CaptureEvidence, capture_evidence
from application.change_drop import ChangeDrop, change_drop
from application.complete_service import CompleteService, complete_service
from application.deliver_vehicle import DeliverVehicle, deliver_vehicle
from application.load_vehicle import LoadVehicle, load_vehicle
from application.refuse_drop import RefuseDrop, refuse_drop
from application.set_off_to_drop import SetOffToDrop, set_off_to_drop
from application.start_service import StartService, start_service
from domain.refusal import NotAllowed, NotFound, OutOfTurn
from domain.request_job import BadEvidence, EvidenceKind, EvidenceMissing, NotDelivered, StartCodeLocked
from domain.request_terms import RequestState
from domain.request_transit import AlreadyDelivered, NewDropNeeded, NothingToTow, WhyRefused
from domain.shift import ShiftState
from tests.application.priced import FARTHER_CELL, FLAT_TYRE, GARAGE_CELL, SHA, TOW, PricedWorld
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    DESK_ACTOR,
    REQUEST,
    THE_CUSTOMER,
    THE_PROVIDER,
)

pytestmark = pytest.mark.anyio


async def test_the_shift_is_where_the_job_is() -> None:
    world = await PricedWorld().on_scene()
    assert (await world.the_shift()).state is ShiftState.AT_JOB


async def test_the_right_code_begins_the_work_once() -> None:
    world = await PricedWorld().on_scene()
    before = world.head
    assert (await world.start("1111")).answer["state"] == "in_service"
    assert "tries_left" not in (await world.start("9999")).answer
    assert world.topics(before) == ["service_request.service_started"]


async def test_a_wrong_code_is_counted_and_too_many_lock_it_for_all_but_the_desk() -> None:
    world = await PricedWorld().on_scene()
    before = world.head
    told = [(await world.start("0000")).answer["tries_left"] for _ in range(5)]
    assert told == [4, 3, 2, 1, 0]
    assert world.topics(before) == ["service_request.start_code_wrong"] * 5
    for code in ("0000", "1111"):
        with pytest.raises(StartCodeLocked):
            await world.start(code)
    by_hand = partial(start_service, codes=world.codes)
    done = await world.run(by_hand, StartService(DESK_ACTOR, REQUEST, None, world.now))
    assert done.answer["state"] == "in_service"
    assert '"by":"desk"' in world.log.events[-1].payload.decode()


async def test_the_same_wrong_word_is_one_try_under_one_key() -> None:
    world = await PricedWorld().on_scene()
    by_hand = partial(start_service, codes=world.codes)
    command = StartService(THE_PROVIDER, REQUEST, "0000", world.now)
    first = await world.run(by_hand, command, key="once")
    again = await world.run(by_hand, command, key="once")
    assert (first.answer, again.replayed) == (again.answer, True)
    assert (await world.the_request()).start_code_tries == 1


async def test_without_a_code_a_provider_begins_nothing() -> None:
    world = await PricedWorld().on_scene()
    by_hand = partial(start_service, codes=world.codes)
    done = await world.run(by_hand, StartService(THE_PROVIDER, REQUEST, None, world.now))
    assert (done.answer["state"], done.answer["tries_left"]) == ("on_scene", 4)
    with pytest.raises(NotFound):
        await world.run(by_hand, StartService(ANOTHER_PROVIDER, REQUEST, "1111", world.now))
    with pytest.raises(NotAllowed):
        await world.run(by_hand, StartService(THE_CUSTOMER, REQUEST, "1111", world.now))


async def test_nobody_begins_before_being_there() -> None:
    world = await PricedWorld().assigned()
    with pytest.raises(OutOfTurn):
        await world.start()


async def test_work_is_proved_before_it_is_done() -> None:
    world = await PricedWorld().working()
    with pytest.raises(EvidenceMissing):
        await world.finish()
    with pytest.raises(BadEvidence):
        await world.picture(EvidenceKind.WORK_DONE, "not a hash")
    await world.picture(EvidenceKind.WORK_DONE)
    before = world.head
    await world.picture(EvidenceKind.WORK_DONE)
    assert world.head == before
    assert (await world.finish()).answer["state"] == "completed"


async def test_evidence_is_the_providers_to_give() -> None:
    world = await PricedWorld().working()
    now = world.now
    command = CaptureEvidence(THE_CUSTOMER, REQUEST, EvidenceKind.DAMAGE, SHA, None, now, now)
    with pytest.raises(NotAllowed):
        await world.run(capture_evidence, command)


async def test_a_tow_goes_from_the_picture_to_the_garage() -> None:
    world = await PricedWorld().working(TOW)
    with pytest.raises(EvidenceMissing):
        await world.run(load_vehicle, LoadVehicle(THE_PROVIDER, REQUEST, world.now))
    await world.picture(EvidenceKind.VEHICLE_BEFORE)
    await world.run(load_vehicle, LoadVehicle(THE_PROVIDER, REQUEST, world.now))
    before = world.head
    await world.run(set_off_to_drop, SetOffToDrop(THE_PROVIDER, REQUEST, world.now))
    assert world.topics(before) == ["service_request.transit_started", "shift.set_off_with_vehicle"]
    assert (await world.the_shift()).state is ShiftState.IN_TRANSIT
    with pytest.raises(OutOfTurn):
        await world.finish()
    await world.drive_to_drop()
    with pytest.raises(NotDelivered):
        await world.finish()
    await world.hand_over()
    done = await world.finish()
    assert done.answer["state"] == "completed"
    shift = await world.the_shift()
    assert (shift.state, shift.cell) == (ShiftState.AVAILABLE, GARAGE_CELL)


async def test_what_is_no_tow_is_not_loaded() -> None:
    world = await PricedWorld().working(FLAT_TYRE)
    with pytest.raises(NothingToTow):
        await world.run(load_vehicle, LoadVehicle(THE_PROVIDER, REQUEST, world.now))


async def test_a_garage_that_says_no_is_changed_for_another() -> None:
    world = await PricedWorld().at_drop()
    with pytest.raises(NotAllowed):
        await world.run(change_drop, ChangeDrop(THE_PROVIDER, REQUEST, FARTHER_CELL, world.now))
    await world.run(refuse_drop, RefuseDrop(THE_PROVIDER, REQUEST, WhyRefused.CLOSED, world.now))
    with pytest.raises(NewDropNeeded):
        await world.run(deliver_vehicle, DeliverVehicle(THE_PROVIDER, REQUEST, world.now))
    with pytest.raises(NewDropNeeded):
        await world.run(set_off_to_drop, SetOffToDrop(THE_PROVIDER, REQUEST, world.now))
    await world.run(change_drop, ChangeDrop(THE_CUSTOMER, REQUEST, FARTHER_CELL, world.now))
    await world.drive_to_drop(FARTHER_CELL)
    await world.hand_over()
    with pytest.raises(AlreadyDelivered):
        await world.run(change_drop, ChangeDrop(THE_CUSTOMER, REQUEST, GARAGE_CELL, world.now))
    done = await world.finish()
    # Three times as far as was agreed: the customer is asked first.
    assert done.answer["state"] == "fare_review"
    fare = done.answer["fare"]
    assert isinstance(fare, dict)
    assert fare["needs_approval"] is True
    assert [line["kind"] for line in fare["lines"]][:2] == ["base", "distance"]


async def test_work_is_done_once() -> None:
    world = await PricedWorld().done()
    first = await world.finish()
    before = world.head
    again = await world.finish()
    assert (again.answer, world.head) == (first.answer, before)
    with pytest.raises(NotAllowed):
        await world.order(complete_service, CompleteService(THE_CUSTOMER, REQUEST, world.now))
    assert (await world.the_request()).state is RequestState.COMPLETED
