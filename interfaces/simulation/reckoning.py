"""What became of every call? Read back from the API when the day is over, by nobody's word but its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from interfaces.simulation import reading
from interfaces.simulation.job import ENDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from interfaces.simulation.recorded_calls import Recorded

NEVER_HELD: Final = frozenset(
    {"made", "delivered", "seen", "countered", "declined", "lapsed", "withdrawn", "superseded"}
)
"""States of an offer that was never anybody's job."""

INSTANTS: Final = ("created_at", "offered_at", "assigned_at", "en_route_at", "on_scene_at", "ended_at")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two jobs that one shift had at the same time."""

    shift_id: str
    first_offer_id: str
    second_offer_id: str


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Every call with its outcome, and everything that must not be."""

    calls: tuple[Row, ...]
    outcomes: Counter[str]
    overlaps: tuple[Overlap, ...]
    twice_held: tuple[str, ...]
    ledger: dict[str, int] = field(default_factory=dict)
    """What all accounts come to, by currency: nothing, or the books are wrong."""

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled or left open, and nobody in two jobs."""
        bad = sum(self.outcomes[outcome] for outcome in ("lost", "refused", "doubled", "open"))
        return not (bad or self.overlaps or self.twice_held or any(self.ledger.values()))


def reckon(
    calls: Sequence[Recorded],
    customers: Mapping[str, str],
    answers: Mapping[str, str],
    refusals: Mapping[str, str],
    requests: Iterable[Row],
    offers: Sequence[Row],
    balances: Iterable[Row] = (),
) -> Reckoning:
    """Compare what was sent with what the API shows.

    ``customers`` and ``answers`` give, by call, the customer who made it and the request id it was answered with;
    ``refusals`` why it was not taken in. ``requests``, ``offers`` and ``balances`` are whole lists as the desk reads.
    """
    of_customer: dict[str, list[Row]] = defaultdict(list)
    for request in requests:
        of_customer[request["customer_id"]].append(request)
    told = [_call_told(call, of_customer[customers[call.id]], answers.get(call.id), refusals) for call in calls]
    ours = {row["request_id"] for row in told}
    jobs = [offer for offer in offers if offer["state"] not in NEVER_HELD]
    holders = Counter(job["request_id"] for job in jobs if job["state"] != "revoked")
    return Reckoning(
        calls=tuple(told),
        outcomes=Counter(str(row["outcome"]) for row in told),
        overlaps=tuple(overlaps_of(jobs)),
        twice_held=tuple(sorted(request_id for request_id, n in holders.items() if n > 1 and request_id in ours)),
        ledger=_summed(balances),
    )


def _call_told(call: Recorded, found: Sequence[Row], answered: str | None, refusals: Mapping[str, str]) -> Row:
    told: Row = {"line": call.line, "id": call.id, "ts": call.ts.isoformat(), "kind": call.kind}
    ids = [request["id"] for request in found]
    told["request_id"] = answered or (ids[0] if ids else None)
    told["outcome"] = _outcome(found, answered, call.id in refusals)
    if call.id in refusals:
        told["why"] = refusals[call.id]
    if len(ids) > 1:
        told["request_ids"] = ids
    standing = next((request for request in found if request["id"] == told["request_id"]), None)
    if standing is not None:
        told["state"] = standing["state"]
        told["provider_id"] = standing["provider_id"]
        told["attempts"] = standing["attempt"]
        told["offers_made"] = standing["offers_made"]
        told.update(reading.money_of(standing))
        told.update({name: standing[name] for name in INSTANTS})
    return told


def _summed(balances: Iterable[Row]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for row in balances:
        sums[str(row["currency"])] += int(row["balance_minor"])
    return dict(sums)


def _outcome(found: Sequence[Row], answered: str | None, was_refused: bool) -> str:  # noqa: FBT001  (one of three facts)
    if len(found) > 1:
        return "doubled"
    if not found:
        return "refused" if was_refused else "lost"
    if answered is not None and found[0]["id"] != answered:
        return "lost"
    return str(found[0]["state"]) if found[0]["state"] in ENDED else "open"


def overlaps_of(jobs: Iterable[Row]) -> list[Overlap]:
    """Pairs of jobs of one shift of which the second was taken before the first had ended."""
    of_shift: dict[str, list[Row]] = defaultdict(list)
    for job in jobs:
        if job["answered_at"] is not None:
            of_shift[job["shift_id"]].append(job)
    found = []
    for shift_id, held in of_shift.items():
        held.sort(key=lambda job: (_instant(job["answered_at"]), job["id"]))
        for first, second in pairwise(held):
            if first["ended_at"] is None or _instant(second["answered_at"]) < _instant(first["ended_at"]):
                found.append(Overlap(shift_id, first["id"], second["id"]))
    return found


def waits_s(calls: Iterable[Row], until: str) -> list[float]:
    """Seconds on the stack's clock from the call to the instant of that name, sorted."""
    return sorted(
        (_instant(call[until]) - _instant(call["created_at"])).total_seconds()
        for call in calls
        if call.get(until) and call.get("created_at")
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
