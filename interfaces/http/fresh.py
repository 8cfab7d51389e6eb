"""Did whoever calls sign in a moment ago? Asked before what nobody can undo."""

from datetime import timedelta

from infra.identity.access_tokens import Caller
from interfaces.http.calls import Call
from interfaces.http.problems import Problem


async def check_fresh(call: Call) -> Caller:
    """Refuse a session that was opened long ago, or a token without one; raises the problem ``sign_in_again``."""
    caller: Caller = call.request.scope["state"]["caller"]
    since = call.at - timedelta(seconds=call.stack.settings.fresh_sign_in_s)
    living = await call.stack.identity.sessions.living(call.actor, call.at)
    if not any(one.session_id == caller.session_id and one.opened_at >= since for one in living):
        raise Problem("sign_in_again")
    return caller
