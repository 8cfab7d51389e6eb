"""What does the board learn at the vehicle, on the way to the drop and there?"""

from __future__ import annotations

from typing import Final

from projections.fact import Fact
from projections.request_row import RequestFold, RequestRow, told

EVIDENCE_SHOWN: Final = 40
"""Pieces of evidence kept in a row, the newest: a page of photographs; the log has all."""


def _en_route_started(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, state="en_route", acknowledge_by=None, en_route_at=fact.occurred_at)


def _arrived_on_scene(row: RequestRow, fact: Fact) -> RequestRow:
    return told(
        row,
        fact,
        state="on_scene",
        on_scene_at=fact.occurred_at,
        arrived_within_m=fact.maybe_whole("distance_m"),
    )


def _start_code_wrong(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, start_tries=fact.whole("tries"))


def _service_started(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, state="in_service", started_at=fact.occurred_at)


def _evidence_captured(row: RequestRow, fact: Fact) -> RequestRow:
    piece: dict[str, object] = {
        "kind": fact.text("kind"),
        "sha256": fact.text("sha256"),
        "cell": fact.maybe_text("cell"),
        "taken_at": fact.text("taken_at"),
    }
    return told(row, fact, evidence=(*row.evidence, piece)[-EVIDENCE_SHOWN:])


def _need_change_proposed(row: RequestRow, fact: Fact) -> RequestRow:
    need: dict[str, object] = {
        "by": fact.text("by"),
        "service": fact.text("service"),
        "drop_cell": fact.maybe_text("drop_cell"),
    }
    return told(row, fact, need_proposed=need)


def _need_change_rejected(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, need_proposed=None)


def _need_changed(row: RequestRow, fact: Fact) -> RequestRow:
    return told(
        row,
        fact,
        service=fact.text("service"),
        drop_cell=fact.maybe_text("drop_cell"),
        need_proposed=None,
        declined_by=(),
        refusals=0,
    )


def _vehicle_loaded(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, state="loaded", loaded_at=fact.occurred_at)


def _transit_started(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, state="in_transit", drop_cell=fact.text("drop_cell"), drop_refused_why=None)


def _arrived_at_drop(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, state="at_drop", at_drop_at=fact.occurred_at, reached_drop=row.drop_cell)


def _vehicle_delivered(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, delivered_at=fact.occurred_at)


def _drop_refused(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, drop_refused_why=fact.text("why"))


def _drop_changed(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, drop_cell=fact.text("drop_cell"), drop_refused_why=None)


def _contact_attempted(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, contact_attempts=row.contact_attempts + 1)


def _gone_reported(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, gone_confirms_at=fact.instant("confirms_at"))


def _gone_denied(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, gone_confirms_at=None)


def _drive_nudged(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, nudges=fact.whole("nudge"))


def _provider_swapped(row: RequestRow, fact: Fact) -> RequestRow:
    return told(row, fact, swaps=row.swaps + 1)


def _of_the_drive(row: RequestRow, fact: Fact) -> RequestRow:
    # What is doubted of a drive, and where a tow goes on, are read models of their own: here only the version moves on.
    return told(row, fact)


JOB: Final[dict[str, RequestFold]] = {
    "drive_nudged": _drive_nudged,
    "drive_called": _of_the_drive,
    "drive_resumed": _of_the_drive,
    "drive_eta_told": _of_the_drive,
    "provider_compensated": _of_the_drive,
    "share_raised": _of_the_drive,
    "leg_planned": _of_the_drive,
    "leg_opened": _of_the_drive,
    "tow_reserved": _of_the_drive,
    "tow_released": _of_the_drive,
    "provider_swapped": _provider_swapped,
    "en_route_started": _en_route_started,
    "arrived_on_scene": _arrived_on_scene,
    "start_code_wrong": _start_code_wrong,
    "service_started": _service_started,
    "evidence_captured": _evidence_captured,
    "need_change_proposed": _need_change_proposed,
    "need_change_rejected": _need_change_rejected,
    "need_changed": _need_changed,
    "vehicle_loaded": _vehicle_loaded,
    "transit_started": _transit_started,
    "arrived_at_drop": _arrived_at_drop,
    "vehicle_delivered": _vehicle_delivered,
    "drop_refused": _drop_refused,
    "drop_changed": _drop_changed,
    "contact_attempted": _contact_attempted,
    "gone_reported": _gone_reported,
    "gone_denied": _gone_denied,
}
"""By what follows ``service_request.`` in the topic."""
