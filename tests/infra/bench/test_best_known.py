"""Are the published best costs and bounds of the snapshots possible at all?"""

import json

from domain.tours.column_generation import least_drives
from infra.bench.matching import BEST_KNOWN, best_known
from infra.bench.snapshots import snapshot


def test_no_cost_is_below_its_bound_and_no_bound_below_the_shortest_drives() -> None:
    rows = json.loads(BEST_KNOWN.read_text(encoding="utf-8"))["instances"]
    assert len(best_known()) == len(rows), "each once"
    for row in rows:
        assert row["bound"] <= row["best_cost"]
        assert row["bound"] >= least_drives(snapshot(row["jobs"], row["units"], row["seed"]))
