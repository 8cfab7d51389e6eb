"""Which generations of a read model are there, how far is each, and what did it have to park?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from infra.projections.facts import Connection

NO_LONGER_OURS: Final = "VA001"
"""SQLSTATE of projection_advance when somebody else moved the generation, or it is no longer the active one."""

Stream = tuple[str, UUID]
"""A stream's tenant and id."""

ADVANCE: Final = "SELECT projection_advance(%s, %s, %s, %s, %s)"
_COLUMNS: Final = "name, generation, position, active, built, model_version, halted, created_at, updated_at"

_NEW: Final = (
    "INSERT INTO projection_positions (name, generation, position, active, built, model_version)"  # noqa: S608
    " SELECT %s, coalesce(max(generation), 0) + 1, 0, %s, %s, %s FROM projection_positions WHERE name = %s"
    f" RETURNING {_COLUMNS}"
)


@dataclass(frozen=True, slots=True)
class Generation:
    """One table of a read model, and how far it has come."""

    name: str
    number: int
    position: int
    active: bool
    built: bool
    model_version: int
    halted: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def table(self) -> str:
        """The table that holds its rows."""
        return f"{self.name}__g{self.number}"


@dataclass(frozen=True, slots=True)
class Parked:
    """A stream that a generation could not go on with."""

    tenant: str
    stream_id: UUID
    from_position: int
    error: str


def generations(connection: Connection, name: str | None = None) -> list[Generation]:
    """All generations, of one read model or of all, oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM projection_positions WHERE %s::text IS NULL OR name = %s ORDER BY name, generation",  # noqa: S608
        (name, name),
    ).fetchall()
    return [Generation(*row) for row in rows]  # type: ignore[arg-type]  # the columns are its fields


def active_generation(connection: Connection, name: str) -> Generation | None:
    """The generation that the view shows; None before the first was made."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM projection_positions WHERE name = %s AND active",  # noqa: S608
        (name,),
    ).fetchone()
    return None if row is None else Generation(*row)  # type: ignore[arg-type]


def generation_numbered(connection: Connection, name: str, number: int) -> Generation:
    """That generation as it stands; raises LookupError."""
    for each in generations(connection, name):
        if each.number == number:
            return each
    raise LookupError(f"{name} has no generation {number}")


def new_generation(connection: Connection, name: str, model_version: int, *, active: bool = False) -> Generation:
    """A further generation at position 0, its table not made yet; one that is not active is to be built."""
    row = connection.execute(_NEW, (name, active, active, model_version, name)).fetchone()
    return Generation(*cast("tuple[object, ...]", row))  # type: ignore[arg-type]


def forget_generation(connection: Connection, generation: Generation) -> None:
    """Take a generation that is not active off the books."""
    key = (generation.name, generation.number)
    connection.execute("DELETE FROM projection_parked WHERE name = %s AND generation = %s", key)
    connection.execute("DELETE FROM projection_positions WHERE name = %s AND generation = %s AND NOT active", key)


def parked_streams(connection: Connection, generation: Generation) -> list[Parked]:
    """What this generation has parked, in the order of the log."""
    rows = connection.execute(
        "SELECT tenant, stream_id, from_position, error FROM projection_parked"
        " WHERE name = %s AND generation = %s ORDER BY from_position",
        (generation.name, generation.number),
    ).fetchall()
    return [Parked(*row) for row in rows]  # type: ignore[arg-type]


def note_halt(connection: Connection, generation: Generation, why: str) -> None:
    """Let everyone who asks know that this generation does not go on, and why."""
    connection.execute(
        "UPDATE projection_positions SET halted = %s WHERE name = %s AND generation = %s",
        (why, generation.name, generation.number),
    )


def note_parked(connection: Connection, generation: Generation, parked: Iterable[Parked]) -> None:
    """Remember streams that this generation leaves out from now on."""
    for each in parked:
        connection.execute(
            "INSERT INTO projection_parked (name, generation, tenant, stream_id, from_position, error)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            (generation.name, generation.number, each.tenant, each.stream_id, each.from_position, each.error),
        )
