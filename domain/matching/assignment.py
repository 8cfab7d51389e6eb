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


def numbered(meant: Ints) -> tuple[Ints, Ints]:
    """Which whole numbers there are, in order, and which of these each one is; (n,) of zero and more."""
    counts = np.bincount(meant)
    used = np.flatnonzero(counts)
    counts[used] = np.arange(len(used))
    return used, counts[meant]


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
    meant = columns[rows, places]
    used, numbers = numbered(meant)
    in_order = np.argsort(rows * len(used) + numbers)
    # Row by row, as the algorithm wants it; the last entry of each is its own column for being served by nobody.
    ends = np.cumsum(np.bincount(rows, minlength=searches) + 1)
    is_pair = np.ones(len(rows) + searches, np.bool_)
    is_pair[ends - 1] = False
    weights, indices = np.full(len(is_pair), UNSERVED), np.empty(len(is_pair), np.int32)
    shift = 1.0 - float(costs[usable].min())  # all above zero: a zero would be no edge; each row pays it once
    weights[is_pair], indices[is_pair] = (costs[rows, places] + shift)[in_order], numbers[in_order]
    indices[~is_pair] = len(used) + np.arange(searches)
    starts = np.concatenate([[0], ends]).astype(np.int32)
    matched_rows, matched_columns = min_weight_full_bipartite_matching(
        csr_array((weights, indices, starts), shape=(searches, len(used) + searches))
    )
    served = matched_columns < len(used)
    units_of = used[matched_columns[served]]
    chosen[matched_rows[served]] = np.argmax(columns[matched_rows[served]] == units_of[:, None], axis=1)
    return chosen
