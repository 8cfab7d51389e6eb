"""How is a decision shown to those who may see all of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.decision import Candidate, Decision, Inputs
from domain.ids import Prefix, show
from interfaces.http import answers

if TYPE_CHECKING:
    from application.dispatch.reconsidered import Against
    from projections.decisions import DecisionRow

AS_FOLDED = (
    "attempt", "decided_by", "actor", "decided_at", "policy", "policy_version", "travel", "work", "rank", "considered",
)  # fmt: skip
"""Columns that are shown as they are."""

IDS = ("request_id", "offer_id", "shift_id", "provider_id")


def decision_shown(row: DecisionRow, decision: Decision) -> dict[str, object]:
    """A decision: its row, and what it tells."""
    told: dict[str, object] = {"id": show(Prefix.DECISION, row.decision_id)}
    told.update((name, answers.shown_id(name, getattr(row, name))) for name in IDS)
    told.update((name, getattr(row, name)) for name in AS_FOLDED)
    told["candidates"] = [candidate_shown(each) for each in decision.candidates]
    told["ruled_out"] = decision.ruled_out
    told["match_milli_min"] = decision.match_milli_min
    told["inputs"] = None if decision.inputs is None else _inputs_shown(decision.inputs)
    return told


def candidate_shown(candidate: Candidate) -> dict[str, object]:
    """A candidate with its costs."""
    return {
        "shift_id": answers.shown_id("shift_id", candidate.shift_id),
        "provider_id": answers.shown_id("provider_id", candidate.provider_id),
        "cell": candidate.cell,
        "free_at": candidate.free_at,
        "drive_s": candidate.drive_s,
        "cost_milli_min": candidate.cost_milli_min,
        "terms_milli_min": candidate.terms_milli_min,
        "given_to_rank": candidate.given_to_rank,
    }


def against_shown(against: Against) -> dict[str, object]:
    """How a shift stood."""
    return {
        "shift_id": answers.shown_id("shift_id", against.shift_id),
        "provider_id": answers.shown_id("provider_id", against.provider_id),
        "is_asked": against.is_asked,
        "away_m": against.away_m,
        "ruled_out": against.ruled_out,
        "candidate": None if against.candidate is None else candidate_shown(against.candidate),
        "is_told": against.is_told,
        "is_proven": against.is_proven,
    }


def _inputs_shown(inputs: Inputs) -> dict[str, object]:
    return {
        "request_version": inputs.request_version,
        "radius_m": inputs.radius_m,
        "looked_at": inputs.looked_at,
        "shifts_from": inputs.shifts_from,
        "shifts_upto": inputs.shifts_upto,
        "board_digest": inputs.board_digest,
        "cells_digest": inputs.cells_digest,
    }
