"""What do callers hear when the personal store is away and the log is not?"""

import pytest

from domain.actor import Role
from tests.support.api import HELP, in_process, projecting, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


async def test_a_call_for_help_is_put_off_and_leaves_nothing_behind(database: Database) -> None:
    away = database.settings.model_copy(
        update={"personal_database_url": "postgresql://vehicaid_app@127.0.0.1:1/nowhere", "connect_timeout_s": 1}
    )
    customer = somebody(Role.CUSTOMER)
    with projecting(database.settings):
        async with in_process(away) as api:
            await api.until_ready()
            answer = await api.post("/v1/service-requests", customer, HELP, key="put-off")
            assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
            assert int(answer.headers["retry-after"]) >= 1
        async with in_process(database.settings) as api:
            await api.until_ready()
            answer = await api.post("/v1/service-requests", customer, HELP, key="put-off")
    assert answer.status_code == 201
    assert answer.json()["position"] == 1, "the first try wrote no event and no receipt"
