"""Who goes to whom, so that the sum of all costs is least? One sparse assignment of searches to units.

Shortest augmenting paths over a sparse matrix: the LAPJVsp algorithm of Jonker and Volgenant (1987), as scipy has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NOBODY: Final = -1

UNSERVED: Final = 1e7
"""Minutes that it costs to serve one search less: more than all others together may gain by it."""


def assign(columns: Ints, costs: Floats) -> Ints:
    """The place among its candidates of the unit that each search gets, -1 for none.

    ``columns`` (n, K) are numbers of units, none twice in a row, -1 for nobody; ``costs`` (n, K) their minutes, inf
    for a pair that must not be. As many searches as possible are served, and among such plans the sum is least.
    """
    searches = len(columns)
    usable = (columns != NOBODY) & np.isfinite(costs)
    chosen = np.full(searches, NOBODY, np.int64)
    if not usable.any():
        return chosen
    rows, places = np.nonzero(usable)
    used, numbers = np.unique(columns[rows, places], return_inverse=True)
    shift = 1.0 - float(costs[usable].min())  # all above zero: a zero would be no edge; each row pays it once
    idle = np.arange(searches)
    weights = csr_array(
        (
            np.concatenate([costs[rows, places] + shift, np.full(searches, UNSERVED)]),
            (np.concatenate([rows, idle]), np.concatenate([numbers, len(used) + idle])),
        ),
        shape=(searches, len(used) + searches),
    )
    matched_rows, matched_columns = min_weight_full_bipartite_matching(weights)
    served = matched_columns < len(used)
    units_of = used[matched_columns[served]]
    chosen[matched_rows[served]] = np.argmax(columns[matched_rows[served]] == units_of[:, None], axis=1)
    return chosen
