"""Does the library's side of the benchmark fold what ours folds? When it could not, it waited for ever."""

from infra.bench.history import some_events
from infra.bench.projection_peer import fact_of, library_event
from projections.request_board import request_board
from tests.projections.telling import facts_of, folded


def test_the_events_of_the_library_make_the_rows_that_ours_make() -> None:
    told = [(actor, event) for actor, event in some_events(1, 2_000) if event.topic in request_board.rules]
    ours = folded(request_board, facts_of(told))
    theirs = folded(request_board, (fact_of(library_event(event), n) for n, (_, event) in enumerate(told, 1)))
    assert ours
    assert theirs == ours
