"""Under which names does dispatch order, so that the same decision taken twice is one command?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from application.log import CommandContext, fingerprint_of
from domain.actor import Actor

if TYPE_CHECKING:
    from datetime import datetime

    from application.dispatch.board import Cause, Due, FreeShift, OnDuty, Open, Search
    from application.dispatch.bookings import Booking
    from application.dispatch.drive_board import Drive
    from domain.twins import Twins

DECISIONS: Final = UUID("0d0e0a52-4a0f-5d5c-9a3c-2c1b6f0c7b7e")
"""The uuid5 namespace in which an offer's id is a fact of the decision to make it."""

REFUSAL_HOLDS_S: Final = 30
"""A refusal is kept with its key. For what the key does not name (a provider's suspension) it must not hold for good:
the key names the half-minute too, as long as an offer takes by default."""

NAME: Final = "dispatcher"


def offer_id_for(search: Search, shift: FreeShift, at: datetime) -> UUID:
    """The id of the offer, and of the command that makes it.

    It names what was decided from: request and shift, each with its version. A dispatcher that was killed before it
    heard the answer, or a second one that believes it leads, decides the same from the same board and gets the first
    answer again. Whatever changed gives another name, and the versions in the log decide.
    """
    decision = (
        f"{search.tenant}/{search.request_id}/{search.attempt}/{search.version}"
        f"/{shift.shift_id}/{shift.version}/{_half_minute(at)}"
    )
    return uuid5(DECISIONS, decision)


def to_make_offer(search: Search, shift: FreeShift, offer_id: UUID, at: datetime) -> CommandContext:
    """The envelope of the command; the instants are not part of its content."""
    content = fingerprint_of("make_offer", search.request_id.bytes, shift.shift_id.bytes)
    return _context(search.tenant, f"offer/{offer_id}", content, search.request_id, search.cause, at)


def to_act_on(due: Due, at: datetime) -> CommandContext:
    """The envelope of what a timer stands for: one timer, one command.

    A dispatcher that was killed before it heard the answer orders the same under the same name. In a later half-minute
    it is another name, and the aggregate decides: whatever a timer orders is no news when it was done.
    """
    content = fingerprint_of(due.kind.value, due.subject_id.bytes)
    key = f"{due.kind.value}/{due.subject_id}/{due.due_at.isoformat()}/{_half_minute(at)}"
    return _context(due.tenant, key, content, due.request_id or due.subject_id, due.cause, at)


def to_rescue(forgotten: Open, at: datetime) -> CommandContext:
    """The envelope of going on with a search whose timer is lost."""
    content = fingerprint_of("rescue", forgotten.request_id.bytes)
    key = f"rescue/{forgotten.request_id}/{_half_minute(at)}"
    return CommandContext(
        forgotten.tenant, dispatcher_of(forgotten.tenant).text, key, content, forgotten.request_id, at
    )


def to_note(what: str, shift: OnDuty, cell: str, at: datetime) -> CommandContext:
    """The envelope of noting that a shift moved, fell silent or came back: once for what it was before."""
    content = fingerprint_of(what, shift.shift_id.bytes, cell)
    key = f"{what}/{shift.shift_id}/{shift.version}/{cell}/{_half_minute(at)}"
    return CommandContext(shift.tenant, dispatcher_of(shift.tenant).text, key, content, shift.shift_id, at)


def to_watch(step: str, drive: Drive, at: datetime) -> CommandContext:
    """The envelope of a step about a drive: of one crew's n-th nudge there is one call and one revocation."""
    number = drive.nudges + (step == "nudge")
    content = fingerprint_of(step, drive.request_id.bytes, drive.offer_id.bytes)
    key = f"drive/{step}/{drive.request_id}/{drive.offer_id}/{number}/{_half_minute(at)}"
    return _context(drive.tenant, key, content, drive.request_id, drive.cause, at)


def swap_offer_id_for(drive: Drive, shift: FreeShift) -> UUID:
    """The id of the offer that a swap makes: of the crew that is sent back, and of the better one as it stood."""
    return uuid5(DECISIONS, f"swap/{drive.tenant}/{drive.request_id}/{drive.offer_id}/{shift.shift_id}/{shift.version}")


def to_swap(tenant: str, request_id: UUID, offer_id: UUID, at: datetime) -> CommandContext:
    """The envelope of a swap: one for each crew that is sent back."""
    content = fingerprint_of("swap", request_id.bytes, offer_id.bytes)
    key = f"swap/{offer_id}/{_half_minute(at)}"
    return CommandContext(tenant, dispatcher_of(tenant).text, key, content, request_id, at)


def to_suggest(found: Twins, at: datetime) -> CommandContext:
    """The envelope of pointing at an earlier call: once for the two."""
    later, earlier = found.later.request_id, found.earlier.request_id
    content = fingerprint_of("suggest_merge", later.bytes, earlier.bytes)
    key = f"twins/{later}/{earlier}/{_half_minute(at)}"
    tenant = found.later.tenant
    return CommandContext(tenant, dispatcher_of(tenant).text, key, content, later, at)


def to_plan(booking: Booking, release_at: datetime, at: datetime) -> CommandContext:
    """The envelope of planning a booked hour anew: once for what was planned before."""
    told = f"{booking.release_at.isoformat()}/{release_at.isoformat()}"
    content = fingerprint_of("plan_release", booking.request_id.bytes, told)
    key = f"plan/{booking.request_id}/{told}/{_half_minute(at)}"
    actor = dispatcher_of(booking.tenant).text
    return CommandContext(booking.tenant, actor, key, content, booking.request_id, at)


def to_keep_ready(what: str, tenant: str, request_id: UUID, whom: UUID, at: datetime) -> CommandContext:
    """The envelope of keeping a tow ready, or no longer; the aggregate knows whether it is."""
    content = fingerprint_of(what, request_id.bytes, whom.bytes)
    key = f"{what}/{request_id}/{whom}/{_half_minute(at)}"
    return CommandContext(tenant, dispatcher_of(tenant).text, key, content, request_id, at)


def dispatcher_of(tenant: str) -> Actor:
    """As whom dispatch orders."""
    return Actor.system(NAME, tenant)


def _half_minute(at: datetime) -> int:
    return int(at.timestamp() // REFUSAL_HOLDS_S)


def _context(tenant: str, key: str, content: bytes, request_id: UUID, cause: Cause, at: datetime) -> CommandContext:
    return CommandContext(
        tenant=tenant,
        actor=dispatcher_of(tenant).text,
        key=key,
        fingerprint=content,
        correlation_id=cause.correlation_id or request_id,
        at=at,
        causation_id=cause.command_id,
    )
