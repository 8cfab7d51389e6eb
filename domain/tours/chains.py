"""How do the compiled loops of ruin and recreate see a plan?"""

from __future__ import annotations

from typing import NamedTuple

from domain.tours.city import FLAG_VECTOR, INT_MATRIX, INTS, VECTOR
from domain.tours.compiled import named
from domain.tours.instance import Flags, Floats, Ints

# Prices hardly ever want longer tours in the album; its table of fingerprints has twice the room it needs.
LONGEST_KEPT = 12
SLOTS = 1 << 18


class State(NamedTuple):
    """A plan as chains of nodes, the best one met, and room for one step."""

    next: Ints  # (n + m,) the job after a node, -1 at the end
    prior: Ints  # (n + m,) the node before a job
    owner: Ints  # (n,) unit, -1 contractor, -2 out of its tour
    arrives: Floats  # (n + m,)
    leaves: Floats  # (n + m,)
    paid: Floats  # (n + m,) for the drive to a job and its lateness
    best: Ints  # (n + m,) ``next`` of the cheapest plan met
    removed: Ints  # (n,) jobs that are out, in the order in which they return
    rank: Floats  # (n,) by what that order goes
    touched: Ints  # (m,) units that changed in this step
    where: Ints  # (m + 1,) and where in ``kept`` their tours of before begin
    kept: Ints  # (2 n,)
    marked: Flags  # (m,) whether a unit changed in this step
    tally: Ints  # (3,) how many are removed, touched, in the album
    cost: Floats  # (2,) of the plan as it is, and of the best
    chance: Ints  # (1,) of the random numbers
    album: Ints  # (some, LONGEST_KEPT) tours of good plans, -1 after the last job
    drivers: Ints  # (some,) whose they are
    costs: Floats  # (some,) and what they cost
    seen: Ints  # (SLOTS,) their fingerprints


STATE = named(
    State, INTS, INTS, INTS, VECTOR, VECTOR, VECTOR, INTS, INTS, VECTOR, INTS, INTS, INTS, FLAG_VECTOR, INTS, VECTOR,
    INTS, INT_MATRIX, INTS, VECTOR, INTS,
)  # fmt: skip
