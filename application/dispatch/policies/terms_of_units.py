"""What would each of these units cost for that search? The terms of a policy, pair by pair, for whoever explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from application.dispatch.policies.assigning import told
from application.dispatch.policies.pairs import of_candidates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from application.dispatch.board import Search
    from application.dispatch.policies.assigning import Reckons
    from application.dispatch.snapshot import Snapshot, Unit


def terms_of_units(
    costs: Reckons, search: Search, units: Sequence[Unit], snapshot: Snapshot
) -> Sequence[Mapping[str, float]]:
    """Minutes by name for each unit, in their order."""
    pairs = of_candidates(snapshot, [search], units, np.arange(len(units))[None, :])
    terms = costs.terms(pairs)
    return [told(terms, 0, k) for k in range(len(units))]
