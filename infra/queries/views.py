"""Which read models does a stack list from, and by which column each?"""

from typing import TypedDict

from infra.queries.pool import Pool
from infra.queries.view import ReadModelView
from projections.accounts import AccountRow, accounts
from projections.crew_shifts import CrewShiftRow, crew_shifts
from projections.customer_requests import CustomerRequestRow, customer_requests
from projections.drives import DriveRow, drives
from projections.matching_table import ShiftRow, matching_table
from projections.merge_suggestions import SuggestionRow, merge_suggestions
from projections.partner_requests import PartnerRequestRow, partner_requests
from projections.provider_directory import DirectoryRow, provider_directory
from projections.provider_jobs import JobRow, provider_jobs
from projections.provider_papers import PapersRow, provider_papers
from projections.request_board import RequestRow, request_board
from projections.tow_legs import LegRow, tow_legs
from projections.vehicles import VehicleRow, vehicles


class Views(TypedDict):
    """The read models that a stack lists from."""

    board: ReadModelView[RequestRow]
    mine: ReadModelView[CustomerRequestRow]
    jobs: ReadModelView[JobRow]
    drives: ReadModelView[DriveRow]
    twins: ReadModelView[SuggestionRow]
    legs: ReadModelView[LegRow]
    shifts: ReadModelView[ShiftRow]
    crew_shifts: ReadModelView[CrewShiftRow]
    directory: ReadModelView[DirectoryRow]
    papers: ReadModelView[PapersRow]
    vehicles: ReadModelView[VehicleRow]
    people: ReadModelView[AccountRow]
    partner_requests: ReadModelView[PartnerRequestRow]


def views_of(readers: Pool) -> Views:
    """Each with the column that it is listed by."""
    return {
        "board": ReadModelView(readers, request_board, "created_at"),
        "mine": ReadModelView(readers, customer_requests, "created_at"),
        "jobs": ReadModelView(readers, provider_jobs, "created_at"),
        "drives": ReadModelView(readers, drives, "assigned_at"),
        "twins": ReadModelView(readers, merge_suggestions, "suggested_at"),
        "legs": ReadModelView(readers, tow_legs, "planned_at"),
        "shifts": ReadModelView(readers, matching_table, "started_at"),
        "crew_shifts": ReadModelView(readers, crew_shifts, "started_at"),
        "directory": ReadModelView(readers, provider_directory, "created_at"),
        "papers": ReadModelView(readers, provider_papers, "waiting_since", oldest_first=True),
        "vehicles": ReadModelView(readers, vehicles, "registered_at"),
        "people": ReadModelView(readers, accounts, "registered_at"),
        "partner_requests": ReadModelView(readers, partner_requests, "named_at"),
    }
