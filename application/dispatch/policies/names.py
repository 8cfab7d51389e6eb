"""By which names are policies chosen?"""

from enum import StrEnum


class PolicyName(StrEnum):
    """A policy, as a setting and a decision name it."""

    NEAREST_FIRST_COME = "nearest_first_come"
    NEAREST = "nearest"
    BROADCAST = "broadcast"
    LOOK_AHEAD = "look_ahead"
    ASSIGNMENT = "assignment"
    TOURS = "tours"
