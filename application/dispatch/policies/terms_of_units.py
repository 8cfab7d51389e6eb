"""What would each of these units cost for that search? The terms of a policy, pair by pair, for whoever explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from application.dispatch.policies.pairs import of_candidates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.dispatch.board import Search
    from application.dispatch.policies.assigning import Reckons
    from application.dispatch.policies.pairs import Terms
    from application.dispatch.snapshot import Snapshot, Unit


def terms_of_units(costs: Reckons, search: Search, units: Sequence[Unit], snapshot: Snapshot) -> Terms:
    """Minutes by name, each for all units in their order."""
    pairs = of_candidates(snapshot, [search], units, np.arange(len(units))[None, :])
    return {name: np.broadcast_to(much[0], len(units)) for name, much in costs.terms(pairs).items()}
