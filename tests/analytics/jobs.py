"""How are jobs done through the application, from the call to its end, for analysts to ask about?"""

from __future__ import annotations

from domain.actor import Actor, Role
from tests.support.api import HELP, Api, an_offer, somebody


async def a_paid_job(api: Api, desk: Actor, _service: str) -> int:
    """A job that is completed; what it cost in minor units."""
    job = await an_offer(api, desk)
    await api.done(f"{job.offer_path}/acceptance", job.provider)
    await api.done(f"{job.request_path}/en-route", job.provider)
    await api.done(f"{job.request_path}/arrival", job.provider, {})
    await api.done(f"{job.request_path}/completion", job.provider)
    return 0


async def a_cancelled_call(api: Api, reason: str) -> None:
    """A customer who calls, and calls off."""
    customer = somebody(Role.CUSTOMER)
    request = await api.done("/v1/service-requests", customer, HELP)
    path = f"/v1/service-requests/{request['id']}/cancellation"
    await api.done(path, customer, {"reason": reason}, version=int(str(request["version"])))
