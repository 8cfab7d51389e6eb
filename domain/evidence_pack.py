"""What does a job's own log show to a bank whose customer says that nothing was supplied? A pure function of events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.dispute_terms import DisputePhase, Shows
from domain.geography import BadCell, distance_m
from domain.refusal import BadInput

NEAR_M: Final = 250
"""So near counts as having arrived: a cell is 70 m wide, a position in a street of houses is off by as much again."""

NEEDED: Final = frozenset({Shows.AGREED, Shows.COMPLETED})
ONE_OF: Final = frozenset({Shows.CODE_GIVEN, Shows.ARRIVED})
"""Strong is what shows that the customer wanted it, that we were there, and that it was done."""

LONGEST_SUMMARY: Final = 1_000
"""Characters that the gateway takes as our explanation."""

CLAIM: Final = "Roadside assistance was requested, agreed to and supplied."
JOB: Final = "service_request."
TOLD: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    f"{JOB}requested": ("Help was requested", ("service", "vehicle_class", "cell", "drop_cell")),
    f"{JOB}quote_issued": ("The price was quoted", ("total_minor", "currency", "valid_until", "tariff_version")),
    f"{JOB}confirmed": ("The customer agreed to the price", ("total_minor", "currency", "payment_method", "by")),
    f"{JOB}assigned": ("A provider took the job", ()),
    f"{JOB}en_route_started": ("The crew set out", ()),
    f"{JOB}arrived_on_scene": ("The crew arrived", ("distance_m", "confirmed_by")),
    f"{JOB}service_started": ("Work began", ("by",)),
    f"{JOB}evidence_captured": ("A picture was taken", ("kind", "sha256", "cell", "taken_at")),
    f"{JOB}vehicle_loaded": ("The vehicle was loaded", ()),
    f"{JOB}arrived_at_drop": ("The vehicle reached its destination", ()),
    f"{JOB}vehicle_delivered": ("The vehicle was handed over", ()),
    f"{JOB}work_completed": ("Work ended", ()),
    f"{JOB}completed": ("The job was completed", ()),
    f"{JOB}fare_proposed": ("The fare was worked out", ("total_minor", "currency")),
    f"{JOB}fare_approved": ("The fare was approved", ("total_minor", "currency", "by")),
    f"{JOB}cancelled": ("The job was called off", ("by", "reason", "fee_minor")),
    f"{JOB}unsuccessful": ("Help could not be given", ()),
    f"{JOB}settled": ("The job was charged", ("outcome", "amount_minor", "currency")),
    "rating.given": ("The customer rated the job", ("stars",)),
    "payment_order.callback_verified": ("The checkout was signed by the gateway", ("gateway_payment",)),
    "payment_order.payment_captured": ("The payment was captured", ("gateway_payment", "amount_minor")),
    "subscription.started": ("The customer subscribed", ("plan_version",)),
    "subscription.mandate_given": ("The customer's bank allowed charges", ()),
    "subscription.charge_notified": ("The charge was announced", ("amount_minor", "currency", "due_at")),
    "subscription.charged": ("The charge was captured", ("gateway_payment", "amount_minor", "term")),
    "subscription.helped": ("The membership was used", ()),
    "subscription.ended": ("The membership ended", ()),
    "invoice.issued": ("The tax invoice was issued", ("issued_on", "net_minor", "tax_minor", "total_minor")),
}
"""What is told of an event: a sentence, and these of its fields. Whatever is not here is no business of a bank."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the log."""

    position: int
    stream_id: UUID
    topic: str
    occurred_at: datetime
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline."""

    position: int
    occurred_at: datetime
    topic: str
    sentence: str
    told: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class About:
    """Which dispute the pack is about."""

    gateway_dispute: str
    gateway_payment: str
    amount_minor: int
    currency: str
    phase: DisputePhase
    reason_code: str
    order_id: UUID | None
    subscription_id: UUID | None
    request_id: UUID | None


@dataclass(frozen=True, slots=True)
class Pack:
    """The evidence, without a name in it: ``terms`` and ``bill`` are the lines of the quote and of the invoice."""

    about: About
    lines: tuple[Line, ...]
    shows: tuple[Shows, ...]
    terms: tuple[tuple[str, int], ...]
    bill: tuple[tuple[str, int], ...]
    distance_m: int | None

    @property
    def is_strong(self) -> bool:
        """Whether it should convince a bank."""
        shown = set(self.shows)
        return shown >= NEEDED and bool(shown & ONE_OF)

    @property
    def known_at(self) -> int:
        """The position of its last event."""
        return max((line.position for line in self.lines), default=0)

    @property
    def summary(self) -> str:
        """What we say in the form of the gateway: only a strong pack claims that all was as it should be."""
        if not self.lines:
            return "No service is on record for this payment."
        kept = [line for line in self.lines if _counts(line)] if self.is_strong else self.lines
        said = "; ".join(f"{line.occurred_at:%Y-%m-%d %H:%M} UTC: {line.sentence.lower()}" for line in kept)
        told = f"{CLAIM if self.is_strong else 'On record for this payment:'} {said}."
        return told if len(told) <= LONGEST_SUMMARY else told[: LONGEST_SUMMARY - 1] + "…"


def pack_of(about: About, happened: Sequence[Happened], *, is_sealed: bool) -> Pack:
    """The pack that these events make, oldest first; ``is_sealed`` says that each of them can be proved."""
    known = sorted((each for each in happened if each.topic in TOLD), key=lambda each: each.position)
    wanted = next((str(each.fields["cell"]) for each in known if each.topic == f"{JOB}requested"), None)
    lines = tuple(_line(each, wanted) for each in known)
    shows = {found for each in known if (found := _shows(each, wanted)) is not None}
    if is_sealed and lines:
        shows.add(Shows.PROVED)
    apart = [whole for each in known if each.topic == f"{JOB}arrived_on_scene" if (whole := _away(each)) is not None]
    return Pack(
        about,
        lines,
        tuple(sorted(shows, key=list(Shows).index)),
        _amounts(known, f"{JOB}quote_issued", ("lines",)),
        _amounts(known, "invoice.issued", ("lines", "tax_lines")),
        apart[-1] if apart else None,
    )


def _line(each: Happened, wanted: str | None) -> Line:
    sentence, names = TOLD[each.topic]
    told = [(name, str(each.fields[name])) for name in names if each.fields.get(name) is not None]
    cell = each.fields.get("cell")
    if wanted and isinstance(cell, str) and each.topic == f"{JOB}evidence_captured":
        away = _apart(wanted, cell)
        told += [("distance_m", str(away))] if away is not None else []
    return Line(each.position, each.occurred_at, each.topic, sentence, tuple(told))


def _shows(each: Happened, wanted: str | None) -> Shows | None:
    """What one event shows; ``wanted`` is the cell in which help was."""
    by = each.fields.get("by")
    if each.topic == f"{JOB}confirmed":
        return Shows.AGREED if by == "customer" else None
    if each.topic == f"{JOB}arrived_on_scene":
        away = _away(each)
        return Shows.ARRIVED if away is not None and away <= NEAR_M else None
    if each.topic == f"{JOB}service_started":
        return Shows.CODE_GIVEN if by == "code" else None
    if each.topic == f"{JOB}fare_approved":
        return Shows.FARE_APPROVED if by == "customer" else None
    if each.topic == f"{JOB}evidence_captured":
        cell = each.fields.get("cell")
        away = _apart(wanted, cell) if wanted and isinstance(cell, str) else None
        return Shows.PICTURED if away is None or away <= NEAR_M else None
    plain = {
        f"{JOB}en_route_started": Shows.SET_OUT,
        f"{JOB}completed": Shows.COMPLETED,
        "rating.given": Shows.RATED,
        "invoice.issued": Shows.BILLED,
    }
    return plain.get(each.topic)


def _counts(line: Line) -> bool:
    return line.topic in {
        *(f"{JOB}{name}" for name in ("requested", "confirmed", "arrived_on_scene", "service_started", "completed")),
        *(f"{JOB}{name}" for name in ("vehicle_delivered", "fare_approved")),
        "rating.given",
    }


def _away(each: Happened) -> int | None:
    away = each.fields.get("distance_m")
    return away if isinstance(away, int) else None


def _apart(one: str, other: str) -> int | None:
    try:
        return distance_m(one, other)
    except (BadCell, BadInput):
        return None


def _amounts(known: Sequence[Happened], topic: str, names: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """The lines of the last event of that topic: what each is for, and how much."""
    last = next((each for each in reversed(known) if each.topic == topic), None)
    if last is None:
        return ()
    lines = [line for name in names for line in _listed(last.fields.get(name))]
    return tuple((str(line["kind"]), int(line["amount_minor"])) for line in lines)


def _listed(value: object) -> Sequence[Mapping[str, Any]]:
    return value if isinstance(value, list) else []
