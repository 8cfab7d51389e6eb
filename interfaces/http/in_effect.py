"""When is a change of zones or tariffs answered? As soon as this process decides by it."""

from application.engine import Done
from infra.projections.waiting import ProjectionBehind
from infra.telemetry.logging import log
from interfaces.http.calls import CommandCall


async def in_effect_here(call: CommandCall, done: Done) -> Done:
    """The same answer, once this process prices and places by it, so that the next request over it already does.

    It is recorded either way: a projector that is away holds the answer up for as long as any query would wait.
    """
    try:
        await call.stack.city.at_or_after(done.position, call.stack.settings.min_position_wait_s)
    except ProjectionBehind as behind:
        log(__name__).warning("change_not_in_effect_yet", read_model=behind.name, position=done.position)
    return done
