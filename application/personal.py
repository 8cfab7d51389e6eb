"""Where do names, phones, plates and exact places live? In an erasable store; events hold only record ids."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping
    from datetime import datetime

Field = str | float | int | bool | None
"""What a personal field may hold: plain JSON scalars."""

MAX_RECORD_BYTES = 4096
"""A long address with a landmark and a note is under 1 kB; more than this is not a personal record but a document."""


class PersonalKind(StrEnum):
    """Which sort of personal data a record holds."""

    CALL = "call"
    """what a customer told in one call for help: name, phone, plate, lat, lng, note, and of a member reference"""
    CONTACT = "contact"
    """name, phone"""
    PLACE = "place"
    """lat, lng, address, landmark"""
    VEHICLE = "vehicle"
    """plate"""
    PROFILE = "profile"
    """company name, phone"""
    NOTE = "note"
    """free text, in which people write names and numbers"""
    BANK = "bank"
    """where somebody is paid: holder, account_number, branch_code"""
    BILLING = "billing"
    """whom a bill between businesses is made out to: name, gstin, street, town, pin"""
    PAPER = "paper"
    """what stands on a document: number, branch_code"""
    REGISTRATION = "registration"
    """what the registrar signed of it, which names both: signed_qr"""


@dataclass(frozen=True, slots=True, repr=False)
class PersonalRecord:
    """One person's data of one kind; its text form shows no field, so that no log line can."""

    kind: PersonalKind
    fields: Mapping[str, Field]

    def __repr__(self) -> str:
        return f"PersonalRecord({self.kind.value}, {len(self.fields)} fields)"


@dataclass(frozen=True, slots=True)
class Told:
    """What a command tells of a person: goes with the save whose events refer to it, and is kept before they stand."""

    person_id: UUID
    records: Mapping[UUID, PersonalRecord]


def record_id_for(command_id: UUID, kind: PersonalKind, nth: int = 0) -> UUID:
    """The id of the record that a command writes: the same command sent again names the same record."""
    return uuid5(command_id, f"{kind.value}/{nth}")


class PersonalUnavailable(Exception):
    """The store cannot be reached or did not answer in time; try again with the same key."""


class RecordDiffers(Exception):
    """The record id stands for other content: the idempotency key was used before (treat as KeyReused)."""


class RecordTampered(Exception):
    """A stored record does not decrypt under its person's key: somebody changed or moved it."""


class PersonalStore(Protocol):
    """Keeps personal data per person, encrypted, until the person is erased."""

    async def put(self, tenant: str, person_id: UUID, records: Mapping[UUID, PersonalRecord], command_id: UUID) -> None:
        """Keep records under their ids; they are durable when this returns.

        The same record again changes nothing. ``command_id`` is the command whose event will refer to the
        records: should it never be recorded, the sweep drops them. Call this before the event is appended.
        Raises RecordDiffers, PersonalUnavailable, or ValueError for a record over MAX_RECORD_BYTES.
        """
        ...

    async def get(self, tenant: str, record_ids: Collection[UUID]) -> dict[UUID, PersonalRecord | None]:
        """Every id asked for with its record, or None when it was erased, swept, or is another tenant's.

        Raises RecordTampered or PersonalUnavailable.
        """
        ...

    async def erase(self, tenant: str, person_id: UUID) -> bool:
        """Forget a person: drops the key, so all records are unreadable everywhere at once.

        False when nothing was known of the person.
        """
        ...

    async def sweep(
        self,
        after: datetime,
        before: datetime,
        stands: Callable[[str, Collection[UUID]], Awaitable[set[UUID]]],
        limit: int,
    ) -> int:
        """Drop records put between the two instants whose command was never recorded; returns how many.

        ``stands(tenant, command_ids)`` says which of the commands have an event. Looks at no more than
        ``limit`` records, the oldest first; a record whose command stands is not asked about again.
        """
        ...
