"""Which facts does a customer see as a step, and which concern only ourselves?"""

from __future__ import annotations

from typing import Final

STATE_AFTER: Final = {
    "scheduled": "scheduled",
    "dispatch_started": "searching",
    "en_route_started": "en_route",
    "arrived_on_scene": "on_scene",
    "service_started": "in_service",
    "vehicle_loaded": "loaded",
    "transit_started": "in_transit",
    "arrived_at_drop": "at_drop",
    "work_completed": "work_done",
}
"""Steps that tell the customer nothing else."""

SAME_STATE: Final = (
    "sos_raised",
    "vehicle_delivered",
    "drop_refused",
    "drop_changed",
    "evidence_captured",
    "contact_attempted",
    "drive_eta_told",
    "leg_planned",
    "leg_opened",
)

ENDS: Final = {
    "completed": "completed",
    "unfulfilled": "unfulfilled",
    "expired": "expired",
    "gone_confirmed": "gone_on_arrival",
}

UNSEEN: Final = (
    "triage_recorded",
    "search_widened",
    "escalated",
    "offer_made",
    "offer_closed",
    "start_code_wrong",
    "acknowledgement_asked",
    "acknowledged",
    "drive_nudged",
    "drive_called",
    "drive_resumed",
    "provider_swapped",
    "eta_scored",
    "provider_compensated",
    "share_raised",
    "merge_suggested",
    "merge_dismissed",
    "tow_reserved",
    "tow_released",
)
"""What concerns only ourselves: the version moves on, and nothing else."""
