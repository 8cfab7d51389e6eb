"""Which documents has each company shown, what does somebody have to look at, and what ends when?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from domain.provider_terms import CANDIDATE, CLOSED, REQUIRED, RUNS_OUT, WARNED_BEFORE
from projections.fact import Fact
from projections.provider_directory import STANDS
from projections.read_model import Index, ReadModel, Row

Told = dict[str, object]
"""One document, kept as JSON."""

MOST_EARLIER: Final = 200
"""Documents that others took the place of: a company of fifty trucks renews some hundred a year; older ones are in the
log."""
OPEN: Final = frozenset({"uploaded", "verified", "asked_again"})
"""States of documents that may still end."""
UNCHECKED: Final = "uploaded"
UNDER_REVIEW: Final = "under_review"


class PapersRow(Row, frozen=True, gc=False):
    """One company's documents. ``documents`` are those that count, ``earlier`` those whose place was taken.

    Of each: id, kind, holder, state, hash, from and until when, file and number, since when it is as it is, why it was
    turned down, how many days before its end its company was told, and whether nobody drives with it. ``files`` are
    all that any of them ever named. At ``looks_at`` something is due. ``waits`` tells that somebody has to
    look at it, ``waits_for`` whether at documents or for a decision.
    """

    tenant: str
    provider_id: UUID
    version: int
    position: int
    state: str
    created_at: datetime
    updated_at: datetime
    documents: tuple[Told, ...] = ()
    earlier: tuple[Told, ...] = ()
    files: tuple[str, ...] = ()
    missing: tuple[str, ...] = tuple(REQUIRED)
    documents_waiting: int = 0
    waits: bool = False
    waits_for: str = ""
    waiting_since: datetime | None = None
    looks_at: datetime | None = None
    blocks: bool = False


provider_papers = ReadModel(
    "provider_papers",
    PapersRow,
    version=1,
    key=("tenant", "provider_id"),
    indexes=(
        Index(("tenant", "waiting_since", "provider_id"), where="waits"),
        Index(("looks_at",), where="looks_at IS NOT NULL"),
        Index(("tenant", "provider_id"), where="blocks"),
    ),
)


def _begun(fact: Fact, state: str) -> PapersRow:
    return PapersRow(
        tenant=fact.tenant,
        provider_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        state=state,
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


@provider_papers.begins("provider.registered")
def _registered(fact: Fact) -> PapersRow:
    return _begun(fact, "active")


@provider_papers.begins("provider.applied")
def _applied(fact: Fact) -> PapersRow:
    return _begun(fact, "applied")


def _holder(document: Told) -> tuple[object, ...]:
    return document["kind"], document["crew_id"], document["truck_id"]


@provider_papers.on("provider.document_uploaded")
def _uploaded(row: PapersRow, fact: Fact) -> PapersRow:
    new: Told = {
        **{name: fact.text(name) for name in ("document_id", "kind", "sha256")},
        **{name: fact.maybe_text(name) for name in ("crew_id", "truck_id", "valid_from", "valid_until")},
        **{name: fact.maybe_text(name) for name in ("file_id", "number_id")},
        "must_be_verified": fact.flag("must_be_verified"),
        "state": UNCHECKED,
        "since": fact.occurred_at.isoformat(),
        "reason": None,
        "warned_days": None,
    }
    older = [{**one, "state": "superseded"} for one in row.documents if _holder(one) == _holder(new)]
    kept = [one for one in row.documents if _holder(one) != _holder(new)]
    file_id = fact.maybe_text("file_id")
    files = row.files if file_id is None or file_id in row.files else (*row.files, file_id)
    state = "docs_pending" if row.state == "applied" else row.state
    earlier = (*older, *row.earlier)[:MOST_EARLIER]
    return _as_it_is(replace(row, earlier=earlier, files=files), fact, (*kept, new), state)


def _noted(row: PapersRow, fact: Fact, state: str, news: Told) -> PapersRow:
    """The same with what became of one document; ``state`` is the company's."""
    document_id = fact.text("document_id")
    documents = tuple({**one, **news} if one["document_id"] == document_id else one for one in row.documents)
    return _as_it_is(row, fact, documents, state)


def _since(fact: Fact, state: str, reason: str | None = None) -> Told:
    return {"state": state, "since": fact.occurred_at.isoformat(), "reason": reason}


def _sent_back(row: PapersRow) -> str:
    return "docs_pending" if row.state == UNDER_REVIEW else row.state


@provider_papers.on("provider.document_verified")
def _verified(row: PapersRow, fact: Fact) -> PapersRow:
    return _noted(row, fact, row.state, _since(fact, "verified"))


@provider_papers.on("provider.document_rejected")
def _rejected(row: PapersRow, fact: Fact) -> PapersRow:
    return _noted(row, fact, _sent_back(row), _since(fact, "rejected", fact.text("reason")))


@provider_papers.on("provider.document_asked_again")
def _asked_again(row: PapersRow, fact: Fact) -> PapersRow:
    return _noted(row, fact, _sent_back(row), _since(fact, "asked_again", fact.text("reason")))


@provider_papers.on("provider.document_expired")
def _expired(row: PapersRow, fact: Fact) -> PapersRow:
    return _noted(row, fact, row.state, _since(fact, "expired"))


@provider_papers.on("provider.document_ends_soon")
def _ends_soon(row: PapersRow, fact: Fact) -> PapersRow:
    return _noted(row, fact, row.state, {"warned_days": fact.whole("days")})


def _stands(row: PapersRow, fact: Fact) -> PapersRow:
    return _as_it_is(row, fact, row.documents, STANDS[fact.topic.partition(".")[2]])


for _what in STANDS:
    provider_papers.on(f"provider.{_what}")(_stands)


@provider_papers.on("provider.suspended")
def _suspended(row: PapersRow, fact: Fact) -> PapersRow:
    return _as_it_is(row, fact, row.documents, "suspended")


def _as_it_is(row: PapersRow, fact: Fact, documents: tuple[Told, ...], state: str) -> PapersRow:
    """What follows from the documents and the company's state: what waits, what is missing, what is due when."""
    documents = tuple({**one, "blocks": _blocks(one)} for one in documents)
    unchecked = sum(one["state"] == UNCHECKED for one in documents)
    waits = state not in CLOSED and (unchecked > 0 or state == UNDER_REVIEW)
    since = (row.waiting_since or fact.occurred_at) if waits else None
    shown = {one["kind"] for one in documents if _is_companys(one) and one["state"] in {UNCHECKED, "verified"}}
    due = [] if state in CLOSED else [each for each in map(_looks_at, documents) if each is not None]
    return replace(
        row,
        version=fact.version,
        position=fact.position,
        updated_at=fact.occurred_at,
        state=state,
        documents=documents,
        missing=tuple(kind for kind in REQUIRED if kind not in shown) if state in CANDIDATE else (),
        documents_waiting=unchecked,
        waits=waits,
        waits_for=("documents" if unchecked else "decision") if waits else "",
        waiting_since=since,
        looks_at=min(due, default=None),
        blocks=any(one["blocks"] for one in documents),
    )


def _is_companys(one: Told) -> bool:
    return one["crew_id"] is None and one["truck_id"] is None


def _blocks(one: Told) -> bool:
    """Whether nobody drives with it, whatever the hour."""
    if one["kind"] not in RUNS_OUT:
        return False
    return one["state"] in {"rejected", "expired"} or bool(one["must_be_verified"] and one["state"] != "verified")


def _looks_at(one: Told) -> datetime | None:
    """When the next is due that has to be noted of it: a warning, or its end."""
    until, warned = one["valid_until"], one["warned_days"]
    if not isinstance(until, str) or one["state"] not in OPEN:
        return None
    ends = datetime.fromisoformat(until)
    told = None if not isinstance(warned, int) else timedelta(days=warned)
    ahead = [before for before in WARNED_BEFORE if told is None or before < told]
    return ends - max(ahead) if ahead else ends
