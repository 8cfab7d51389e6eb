"""Does a company that is erased leave word of that in the log, and nothing else?"""

from datetime import UTC, datetime

import pytest

from domain.actor import Role
from infra.bootstrap import Stack
from infra.privacy.erasure import erase
from infra.privacy.whom import person_of
from tests.interfaces.http.crews import a_company
from tests.support.api import Api, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


async def test_it_is_told_once_and_the_company_has_no_name_any_more(api: Api, stack: Stack) -> None:
    company, at = await a_company(api), datetime.now(UTC)
    named = await api.get(company.path, api.desk, min_position=api.reached)
    assert named.json()["name"]
    for _ in range(2):
        await erase(stack, person_of(company.tenant, company.id), at)
    told = await api.get(
        "/v1/audit/events",
        somebody(Role.AUDITOR, company.tenant),
        stream=company.id,
        min_position=await stack.log_head(),
    )
    topics = [event["topic"] for event in told.json()["data"]]
    assert topics.count("provider.forgotten") == 1
    assert not (await api.get(company.path, api.desk, min_position=api.reached)).json()["name"]
    nobody = await erase(stack, person_of(company.tenant, "prv_" + "0" * 32), at)
    assert not nobody.anything
