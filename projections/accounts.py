"""Who is known to us, in which roles, and may they sign in? One row per account, without any name or number."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row


class AccountRow(Row, frozen=True, gc=False):
    """One account. A role is its name, for people of companies with id and duty: ``provider/0190.../driver``."""

    tenant: str
    account_id: UUID
    version: int
    position: int
    kind: str
    state: str
    roles: tuple[str, ...]
    handles: tuple[str, ...]
    registered_at: datetime


accounts = ReadModel(
    "accounts",
    AccountRow,
    version=1,
    key=("tenant", "account_id"),
    indexes=(Index(("tenant", "registered_at", "account_id")),),
)


@accounts.begins("account.registered")
def _registered(fact: Fact) -> AccountRow:
    return AccountRow(
        tenant=fact.tenant,
        account_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        kind=fact.text("kind"),
        state="open",
        roles=(),
        handles=(),
        registered_at=fact.occurred_at,
    )


@accounts.on("account.handle_verified")
def _verified(row: AccountRow, fact: Fact) -> AccountRow:
    kinds = tuple(sorted({*row.handles, fact.text("kind")}))
    return replace(row, version=fact.version, position=fact.position, handles=kinds)


@accounts.on("account.role_granted")
def _granted(row: AccountRow, fact: Fact) -> AccountRow:
    name = _named(fact)
    duty = fact.maybe_text("duty")
    role = name if duty is None else f"{name}/{duty}"
    return replace(row, version=fact.version, position=fact.position, roles=(*_without(row, name), role))


@accounts.on("account.role_withdrawn")
def _withdrawn(row: AccountRow, fact: Fact) -> AccountRow:
    return replace(row, version=fact.version, position=fact.position, roles=_without(row, _named(fact)))


@accounts.on("account.suspended")
def _suspended(row: AccountRow, fact: Fact) -> AccountRow:
    return replace(row, version=fact.version, position=fact.position, state="suspended")


@accounts.on("account.reinstated")
def _reinstated(row: AccountRow, fact: Fact) -> AccountRow:
    return replace(row, version=fact.version, position=fact.position, state="open")


@accounts.on("account.closed")
def _closed(row: AccountRow, fact: Fact) -> AccountRow:
    return replace(row, version=fact.version, position=fact.position, state="closed")


def _named(fact: Fact) -> str:
    scope = fact.maybe_text("scope_id")
    return fact.text("role") if scope is None else f"{fact.text('role')}/{scope}"


def _without(row: AccountRow, name: str) -> tuple[str, ...]:
    return tuple(one for one in row.roles if one != name and not one.startswith(f"{name}/"))
