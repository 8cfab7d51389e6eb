"""Are companies told in time, and does whoever may not drive go home once the job is done?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from application.ask_document_again import AskDocumentAgain, ask_document_again
from application.dispatch.ordering import Ordering
from application.paper_watch import Concerned, PaperWatch
from application.upload_document import UploadDocument, upload_document
from domain.provider_terms import DocumentFlaw, DocumentKind, DocumentNotValid, Paper
from domain.refusal import NotAllowed
from domain.shift import ShiftState
from tests.application.world import World
from tests.support.roadside import DESK_ACTOR, NOON, PROVIDER, SHIFT, THE_PROVIDER, TRUCK, some_id

pytestmark = pytest.mark.anyio
TENANT = DESK_ACTOR.tenant
ENDS = NOON + timedelta(hours=1)
DOCUMENT = some_id(701)


@dataclass
class Board:
    """What somebody wrote down."""

    companies: list[Concerned] = field(default_factory=list)
    shifts: list[Concerned] = field(default_factory=list)

    async def due(self, at: datetime, limit: int) -> Sequence[Concerned]:
        del at
        return self.companies[:limit]

    async def unpapered(self, at: datetime, limit: int) -> Sequence[Concerned]:
        del at
        return self.shifts[:limit]


@dataclass
class Refusals:
    """What did not go through."""

    codes: list[str] = field(default_factory=list)

    def refused(self, order: str, subject_id: UUID, code: str) -> None:
        del subject_id
        self.codes.append(f"{order}: {code}")


async def shown(world: World, until: datetime = ENDS) -> None:
    paper = Paper(DocumentKind.INSURANCE, "1" * 64, until, truck_id=TRUCK)
    command = UploadDocument(THE_PROVIDER, PROVIDER, DOCUMENT, paper, NOON - timedelta(hours=1))
    await world.run(upload_document, command)


def watch(world: World, news: Refusals) -> PaperWatch:
    company, shift = Concerned(TENANT, PROVIDER), Concerned(TENANT, SHIFT)
    return PaperWatch(Board([company], [shift]), Ordering(world.engine, news))


async def test_whoever_has_a_job_finishes_it_and_goes_home_then() -> None:
    world, news = await World().held(), Refusals()
    await shown(world)
    before = world.head
    assert await watch(world, news).look(ENDS) == 2
    assert world.topics(before) == ["provider.document_expired"]
    assert news.codes == ["end_shift: shift_reserved"]
    await watch(world, news).look(ENDS)
    assert world.topics(before) == ["provider.document_expired"], "the same minute is the same order"


async def test_whoever_waits_for_a_job_goes_home_at_once() -> None:
    world, news = World(), Refusals()
    await world.open_company()
    await shown(world)
    before = world.head
    await watch(world, news).look(ENDS - timedelta(minutes=30))
    assert world.topics(before) == ["provider.document_ends_soon", "shift.ended", "provider.went_off_duty"]
    assert (await world.the_shift()).state is ShiftState.ENDED


async def test_nobody_is_asked_whose_paper_has_run_out() -> None:
    world = World()
    await world.open_company()
    await shown(world, NOON)
    await world.request()
    with pytest.raises(DocumentNotValid):
        await world.offer()


async def test_a_company_asks_itself_for_nothing() -> None:
    world = World()
    await world.open_company()
    await shown(world)
    command = AskDocumentAgain(THE_PROVIDER, PROVIDER, DOCUMENT, DocumentFlaw.UNREADABLE, NOON)
    with pytest.raises(NotAllowed):
        await world.run(ask_document_again, command)
