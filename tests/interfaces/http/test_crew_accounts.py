"""Who says whose account a crew member's is, what is refused, and when does such a link end?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.actor import Actor, Duty, Role
from domain.ids import Prefix, parse
from infra.bootstrap import Stack
from infra.identity.people import Wanted
from infra.identity.sessions import SessionOver
from infra.privacy.whom import person_of
from tests.interfaces.http.crews import Company, a_company, a_crew_member, a_driver_of, an_unknown, id_behind, on_duty
from tests.interfaces.http.things import HERE, an_account
from tests.support.api import Api, fresh_key, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


@pytest.fixture
async def company(api: Api) -> Company:
    return await a_company(api)


def of(company: Company, crew_id: str, act: str = "account") -> str:
    return f"{company.path}/crew-members/{crew_id}/{act}"


async def linked(api: Api, company: Company, crew_id: str) -> str | None:
    shown = (await api.get(company.path, company.all, min_position=api.reached)).json()
    found: dict[str, str | None] = {one["crew_id"]: one["account_id"] for one in shown["crew"]}
    return found[crew_id]


@pytest.mark.parametrize("by", ["owner", "dispatcher", "desk", "admin"])
async def test_the_office_and_the_desk_say_whose_account_it_is(
    api: Api, stack: Stack, company: Company, by: str
) -> None:
    actors = {
        "owner": company.somebody(Duty.OWNER),
        "dispatcher": company.somebody(Duty.DISPATCHER),
        "desk": api.desk,
        "admin": somebody(Role.ADMIN),
    }
    crew_id, account = await a_crew_member(api, company), await a_driver_of(api, stack, company)
    done = await api.done(of(company, crew_id), actors[by], {"account_id": account})
    assert (done["crew_id"], done["account_id"]) == (crew_id, account)
    assert await linked(api, company, crew_id) == account
    ended = await api.done(of(company, crew_id, "account-end"), actors[by])
    assert ended["account_id"] == account
    assert await linked(api, company, crew_id) is None


async def test_nobody_else_does_and_nobody_hears_whether_it_is_there(api: Api, stack: Stack, company: Company) -> None:
    crew_id, account = await a_crew_member(api, company), await a_driver_of(api, stack, company)
    strangers: list[tuple[Actor, str]] = [
        (company.somebody(Duty.DRIVER, account), "forbidden"),
        (somebody(Role.CUSTOMER), "forbidden"),
        (somebody(Role.AUDITOR), "forbidden"),
        ((await a_company(api)).somebody(Duty.OWNER), "not_found"),
        (somebody(Role.DISPATCHER, "rival"), "not_found"),
        (somebody(Role.PROVIDER, "rival", company.all.subject_id), "not_found"),
    ]
    for act, body in (("account", {"account_id": account}), ("account-end", None)):
        for actor, code in strangers:
            refused = await api.post(of(company, crew_id, act), actor, body)
            assert refused.json()["code"] == code, (act, actor)
    assert await linked(api, company, crew_id) is None


async def test_what_cannot_be_is_refused_by_name(api: Api, stack: Stack, company: Company) -> None:
    crew_id, account = await a_crew_member(api, company), await a_driver_of(api, stack, company)
    path = of(company, crew_id)
    nobodys = (await an_account(stack, "demo"), await an_account(stack, "rival"), an_unknown(Prefix.USER))
    for other in nobodys:
        refused = await api.post(path, company.all, {"account_id": other})
        assert (refused.status_code, refused.json()["code"]) == (409, "no_duty_there")
    unknown = await api.post(of(company, an_unknown(Prefix.CREW)), company.all, {"account_id": account})
    assert unknown.json()["code"] == "unknown_crew"
    assert (await api.post(path, company.all, {"account_id": crew_id})).json()["code"] == "validation_failed"
    assert (await api.post(path, company.all, {"account_id": account}, version=99)).json()["code"] == "stale_version"
    key = fresh_key()
    for _ in range(2):
        again = await api.post(path, company.all, {"account_id": account}, key=key)
        assert again.status_code == 200
    another, other_crew = await a_driver_of(api, stack, company), await a_crew_member(api, company)
    for taken, whose in ((crew_id, another), (other_crew, account)):
        refused = await api.post(of(company, taken), company.all, {"account_id": whose})
        assert (refused.status_code, refused.json()["code"]) == (409, "already_linked")


async def test_whoever_is_linked_or_not_any_more_signs_in_anew(api: Api, stack: Stack, company: Company) -> None:
    crew_id, account = await a_crew_member(api, company), await a_driver_of(api, stack, company)
    at, themselves = datetime.now(UTC), somebody(Role.CUSTOMER, subject=id_behind(account))
    sessions = stack.identity.sessions
    for act, body in (("account", {"account_id": account}), ("account-end", None)):
        await sessions.open(themselves, amr=("sms",), device="", at=at)
        assert await sessions.living(themselves, at)
        await api.done(of(company, crew_id, act), company.all, body)
        assert not await sessions.living(themselves, at)


async def test_a_link_ends_with_the_duty(api: Api, stack: Stack, company: Company) -> None:
    crew_id, account = await a_crew_member(api, company), await a_driver_of(api, stack, company)
    await api.done(of(company, crew_id), company.all, {"account_id": account})
    gone = {"role": "provider", "provider_id": company.id}
    await api.done(f"/v1/accounts/{account}/role-withdrawals", company.somebody(Duty.OWNER), gone)
    assert await linked(api, company, crew_id) is None


async def test_all_links_end_with_the_company(api: Api, stack: Stack, company: Company) -> None:
    crew_id, account = await a_crew_member(api, company), await a_driver_of(api, stack, company)
    done = await api.done(of(company, crew_id), company.all, {"account_id": account})
    at, themselves = datetime.now(UTC), somebody(Role.CUSTOMER, subject=id_behind(account))
    await stack.identity.sessions.open(themselves, amr=("sms",), device="", at=at)
    version = done["version"]
    assert isinstance(version, int)
    await api.done(f"{company.path}/offboarding", api.desk, version=version)
    assert await linked(api, company, crew_id) is None
    assert not await stack.identity.sessions.living(themselves, at)


async def test_what_we_have_of_a_driver_says_for_whom_and_as_whom_they_drive(
    api: Api, stack: Stack, company: Company
) -> None:
    crew_id, account = await a_crew_member(api, company), await a_driver_of(api, stack, company)
    await api.done(of(company, crew_id), company.all, {"account_id": account})
    about = await stack.exports.gathering.about(person_of(company.tenant, account))
    assert about["companies"] == [
        {"provider_id": company.all.subject_id, "duty": Duty.DRIVER, "crew_id": parse(Prefix.CREW, crew_id)}
    ]


async def test_a_driver_signs_in_works_on_and_sees_their_own_shift_alone(
    api: Api, stack: Stack, company: Company
) -> None:
    mine, colleagues = await a_crew_member(api, company), await a_crew_member(api, company)
    account, sign_in = await a_driver_of(api, stack, company), stack.sign_in
    await api.done(of(company, mine), company.all, {"account_id": account})
    own, other = await on_duty(api, company, mine), await on_duty(api, company, colleagues)

    async def sees(token: str) -> set[str]:
        headers = {"Authorization": f"Bearer {token}"}
        page = await api.client.get("/v1/shifts", params={"min_position": api.reached}, headers=headers)
        assert page.status_code == 200, page.text
        return {row["id"] for row in page.json()["data"]} & {str(own["id"]), str(other["id"])}

    at = datetime.now(UTC)
    kept = await stack.personal.get(company.tenant, await records_of(stack, company.tenant, account))
    (email,) = {record.fields["email"] for record in kept.values() if record and record.fields.get("email")}
    # They were sent one just now, when they first signed in: the next is sent a while later.
    asked = await sign_in.ask_link(company.tenant, str(email), HERE, at + timedelta(minutes=5))
    wanted = Wanted(Role.PROVIDER, company.all.subject_id)
    pair = await sign_in.by_link(sign_in.keys.link(asked.challenge_id), HERE, wanted, at)
    assert await sees(pair.access_token) == {own["id"]}
    again = await stack.identity.sessions.refresh(pair.refresh_token, device=HERE.name, at=at)
    assert stack.identity.authority.verify(again.access_token, at).actor.crew_id == parse(Prefix.CREW, mine)
    assert await sees(again.access_token) == {own["id"]}
    await api.done(of(company, mine, "account-end"), company.all)
    with pytest.raises(SessionOver):
        await stack.identity.sessions.refresh(again.refresh_token, device=HERE.name, at=at)


async def records_of(stack: Stack, tenant: str, account: str) -> list[UUID]:
    return list(await stack.records.records_of(tenant, id_behind(account)))
