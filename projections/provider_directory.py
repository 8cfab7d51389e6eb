"""Which companies are there, how do they stand, and what have they done? One row per provider, without a name."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, Key, ReadModel, Row

Told = dict[str, object]
"""A small value of an event, kept as JSON."""


class DirectoryRow(Row, frozen=True, gc=False):
    """One provider. ``version`` and ``updated_at`` are those of its own stream; ``state`` is as the aggregate has it.

    ``waiting`` are the documents that nobody has checked yet: id, kind and holder (a crew member, a truck, or nobody).
    Until ``engagement_from`` it works as ``engagement_before``, since then as ``engagement``.
    """

    tenant: str
    provider_id: UUID
    version: int
    position: int
    state: str
    created_at: datetime
    updated_at: datetime
    suspended_for: str | None = None
    suspended_until: datetime | None = None
    crew: tuple[UUID, ...] = ()
    trucks: tuple[UUID, ...] = ()
    on_duty: tuple[UUID, ...] = ()
    waiting: tuple[Told, ...] = ()
    documents_waiting: int = 0
    engagement: str = "contractor"
    answers_by: str = "app"
    engagement_from: datetime | None = None
    engagement_before: str = "contractor"
    offers: int = 0
    accepted: int = 0
    completed: int = 0


provider_directory = ReadModel(
    "provider_directory",
    DirectoryRow,
    version=4,
    key=("tenant", "provider_id"),
    indexes=(
        Index(("tenant", "created_at", "provider_id")),
        Index(("tenant", "state", "created_at", "provider_id")),
        Index(("tenant", "created_at", "provider_id"), where="documents_waiting > 0"),
    ),
)


def _of_provider(fact: Fact) -> Key:
    return (fact.tenant, fact.uuid("provider_id"))


def _begun(fact: Fact, state: str) -> DirectoryRow:
    return DirectoryRow(
        tenant=fact.tenant,
        provider_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state=state,
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


@provider_directory.begins("provider.registered")
def _registered(fact: Fact) -> DirectoryRow:
    return _begun(fact, "active")


@provider_directory.begins("provider.applied")
def _applied(fact: Fact) -> DirectoryRow:
    return _begun(fact, "applied")


def _told(row: DirectoryRow, fact: Fact, **news: object) -> DirectoryRow:
    return replace(row, version=fact.version, position=fact.position, updated_at=fact.occurred_at, **news)


def _with(known: tuple[UUID, ...], one: UUID) -> tuple[UUID, ...]:
    return known if one in known else (*known, one)


@provider_directory.on("provider.crew_member_added")
def _crew_member_added(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    return _told(row, fact, crew=_with(row.crew, fact.uuid("crew_id")))


@provider_directory.on("provider.crew_member_linked")
@provider_directory.on("provider.crew_member_unlinked")
def _crew_member_linked(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    return _told(row, fact)


@provider_directory.on("provider.truck_added")
def _truck_added(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    return _told(row, fact, trucks=_with(row.trucks, fact.uuid("truck_id")))


@provider_directory.on("provider.went_on_duty")
def _went_on_duty(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    return _told(row, fact, on_duty=_with(row.on_duty, fact.uuid("shift_id")))


@provider_directory.on("provider.went_off_duty")
def _went_off_duty(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    ended = fact.uuid("shift_id")
    return _told(row, fact, on_duty=tuple(each for each in row.on_duty if each != ended))


# Documents.


def _waits(row: DirectoryRow, fact: Fact, waiting: tuple[Told, ...], **news: object) -> DirectoryRow:
    return _told(row, fact, waiting=waiting, documents_waiting=len(waiting), **news)


@provider_directory.on("provider.document_uploaded")
def _document_uploaded(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    holder = fact.maybe_text("crew_id") or fact.maybe_text("truck_id")
    new: Told = {"document_id": fact.text("document_id"), "kind": fact.text("kind"), "holder": holder}
    others = tuple(one for one in row.waiting if (one["kind"], one["holder"]) != (new["kind"], holder))
    state = "docs_pending" if row.state == "applied" else row.state
    return _waits(row, fact, (*others, new), state=state)


def _checked(row: DirectoryRow, fact: Fact, state: str) -> DirectoryRow:
    document_id = fact.text("document_id")
    return _waits(row, fact, tuple(one for one in row.waiting if one["document_id"] != document_id), state=state)


@provider_directory.on("provider.document_verified")
@provider_directory.on("provider.document_expired")
def _document_checked(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    return _checked(row, fact, row.state)


@provider_directory.on("provider.document_rejected")
@provider_directory.on("provider.document_asked_again")
def _document_rejected(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    return _checked(row, fact, "docs_pending" if row.state == "under_review" else row.state)


@provider_directory.on("provider.document_ends_soon")
def _document_ends_soon(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    return _told(row, fact)


# How it stands.

STANDS: Final = {
    "submitted_for_review": "under_review",
    "approved": "active",
    "rejected": "rejected",
    "reinstated": "active",
    "offboarded": "offboarded",
}
"""What a provider is after a fact that says nothing else."""


def _stands(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    state = STANDS[fact.topic.partition(".")[2]]
    return _told(row, fact, state=state, suspended_for=None, suspended_until=None)


@provider_directory.on("provider.forgotten")
def _forgotten(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    return _told(row, fact)


for _what in STANDS:
    provider_directory.on(f"provider.{_what}")(_stands)


@provider_directory.on("provider.suspended")
def _suspended(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    return _told(
        row,
        fact,
        state="suspended",
        suspended_for=fact.text("reason"),
        suspended_until=fact.maybe_instant("until"),
    )


@provider_directory.on("provider.engagement_set")
def _engagement_set(row: DirectoryRow, fact: Fact) -> DirectoryRow:
    return _told(
        row,
        fact,
        engagement=fact.text("engagement"),
        answers_by=fact.text("answers_by"),
        engagement_from=fact.instant("effective_at"),
        engagement_before=fact.text("before"),
    )


# What it has done. These facts are other streams': whose provider is not known is nobody's row.


@provider_directory.settles("offer.made", _of_provider)
def _offered(row: DirectoryRow | None, fact: Fact) -> DirectoryRow | None:
    return row and replace(row, position=fact.position, offers=row.offers + 1)


@provider_directory.settles("offer.accepted", _of_provider)
@provider_directory.settles("offer.counter_accepted", _of_provider)
def _accepted(row: DirectoryRow | None, fact: Fact) -> DirectoryRow | None:
    return row and replace(row, position=fact.position, accepted=row.accepted + 1)


@provider_directory.settles("service_request.completed", _of_provider)
def _completed(row: DirectoryRow | None, fact: Fact) -> DirectoryRow | None:
    return row and replace(row, position=fact.position, completed=row.completed + 1)
