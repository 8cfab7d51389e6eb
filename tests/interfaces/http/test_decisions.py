"""Is every offer explained to the desk, can any provider be looked at again, and does a provider learn nothing else?"""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from domain.actor import Role
from domain.ids import Prefix, new_id, show
from infra.bootstrap import Stack
from interfaces.cli.main import main
from tests.interfaces.http.town import Town, prv
from tests.support.api import Api, Json, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

FAR_AWAY: Json = {"lat": 28.61, "lng": 77.21}
LOOKERS = (Role.DISPATCHER, Role.ADMIN, Role.SYSTEM, Role.AUDITOR)


@pytest.fixture
def town(api: Api, stack: Stack, shared_database: Database) -> Town:
    return Town(api, stack, shared_database)


async def test_an_offer_of_dispatch_tells_who_was_asked_and_why(town: Town) -> None:
    far, near = await town.on_duty(13.01), await town.on_duty(12.98)
    await town.on_duty(12.972, ("tow",))
    request = await town.calls()
    await town.dispatched(request)
    (decision,) = await town.decisions(request)
    assert decision["provider_id"] == prv(near)
    assert [each["provider_id"] for each in decision["candidates"]] == [prv(near), prv(far)]
    costs = [each["cost_milli_min"] for each in decision["candidates"]]
    assert costs == sorted(costs)
    assert decision["ruled_out"] == {"not_capable": 1}
    assert (decision["considered"], decision["rank"], decision["decided_by"]) == (3, 1, "policy")
    assert decision["actor"] == "system:dispatcher"
    assert decision["inputs"]["board_digest"]


async def test_any_other_pair_is_worked_out_again_from_the_log_and_proven(town: Town) -> None:
    far, near = await town.on_duty(13.01), await town.on_duty(12.98)
    unable = await town.on_duty(12.972, ("tow",))
    request = await town.calls()
    await town.dispatched(request)
    (decision,) = await town.decisions(request)
    # Whatever happens afterwards is not what was known then.
    await town.api.done(f"/v1/shifts/{town.shifts[2]['id']}/break", unable)
    await town.api.done(f"/v1/offers/{decision['offer_id']}/decline", near, {"reason": "busy"})
    (other,) = await town.compared(request, decision, unable)
    assert (other["ruled_out"], other["candidate"], other["is_told"], other["is_proven"]) == (
        "not_capable",
        None,
        False,
        True,
    )
    (told,) = await town.compared(request, decision, far)
    assert told["candidate"] == decision["candidates"][1]
    assert (told["is_told"], told["is_proven"], told["ruled_out"]) == (True, True, None)
    assert (await town.compared(request, decision, near))[0]["is_asked"]


async def test_a_person_who_chooses_is_told_with_the_options(town: Town) -> None:
    far, near = await town.on_duty(13.01), await town.on_duty(12.98)
    request = await town.calls()
    await town.api.get("/v1/shifts", town.desk, min_position=request["position"])
    await town.api.get(f"/v1/service-requests/{request['id']}", town.desk, min_position=request["position"])
    await town.api.done("/v1/offers", town.desk, {"request_id": request["id"], "shift_id": town.shifts[0]["id"]})
    (decision,) = await town.decisions(request)
    assert (decision["decided_by"], decision["provider_id"]) == ("person", prv(far))
    assert decision["actor"].startswith("dispatcher:")
    assert [each["provider_id"] for each in decision["candidates"]] == [prv(near), prv(far)]
    assert (await town.why_not(near, request)).json()["why"] == "desk_chose"


async def test_a_provider_is_told_why_not_and_nothing_of_others(town: Town) -> None:
    far, near = await town.on_duty(13.01), await town.on_duty(12.98)
    unable = await town.on_duty(12.972, ("tow",))
    request = await town.calls()
    await town.dispatched(request)
    (decision,) = await town.decisions(request)
    answers = {who: await town.why_not(who, request) for who in (far, near, unable)}
    assert answers[far].json()["why"] == "somebody_nearer"
    assert answers[far].json()["nearer_by"] == "under_15_min"
    assert answers[near].json()["why"] == "asked"
    assert answers[unable].json()["why"] == "not_capable"
    for who, answer in answers.items():
        secrets: list[object] = [prv(other) for other in answers if other != who]
        secrets += [shift["id"] for shift in town.shifts] + [decision["id"], decision["offer_id"], decision["actor"]]
        secrets += [each["cell"] for each in decision["candidates"]]
        secrets += [str(each["cost_milli_min"]) for each in decision["candidates"]]
        assert [secret for secret in secrets if str(secret) in answer.text] == []
        assert set(answer.json()) == {"request_id", "provider_id", "why", "nearer_by"}


async def test_a_request_out_of_reach_does_not_exist_for_a_provider(town: Town) -> None:
    near, far_away = await town.on_duty(12.98), await town.on_duty(15.5)
    request = await town.calls()
    await town.dispatched(request)
    await town.decisions(request)
    never = show(Prefix.REQUEST, new_id(datetime.now(UTC)))
    refused = await town.why_not(far_away, request)
    unknown = await town.why_not(near, {"id": never})
    another = await town.why_not(far_away, request, of=near)
    later = await town.why_not(await town.on_duty(12.98), request)
    stranger = Town(town.api, town.stack, town.database)
    elsewhere = await stranger.why_not(await stranger.on_duty(12.98), request)
    for answer in (refused, unknown, another, later, elsewhere):
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"
        assert answer.json()["detail"] == refused.json()["detail"]


async def test_decisions_are_for_those_who_look_at_everything_of_their_own_tenant(town: Town) -> None:
    near = await town.on_duty(12.98)
    request = await town.calls()
    await town.dispatched(request)
    (decision,) = await town.decisions(request)
    listed = f"/v1/service-requests/{request['id']}/decisions"
    paths = [listed, f"{listed}/{decision['id']}/providers/{prv(near)}"]
    for path in paths:
        for role in Role:
            answer = await town.api.get(path, somebody(role, town.tenant))
            assert answer.status_code == (200 if role in LOOKERS else 403), (path, role, answer.text)
            if role in LOOKERS:
                assert (await town.api.get(path, somebody(role, "another"))).status_code == 404
    other = await town.calls()
    never = show(Prefix.PROVIDER, new_id(datetime.now(UTC)))
    for path in (
        f"/v1/service-requests/{other['id']}/decisions/{decision['id']}/providers/{prv(near)}",
        f"{listed}/{decision['id']}/providers/{never}",
        f"{listed}/{show(Prefix.DECISION, new_id(datetime.now(UTC)))}/providers/{prv(near)}",
        f"{listed}/{request['id']}/providers/{prv(near)}",
    ):
        assert (await town.api.get(path, town.desk)).status_code == 404


async def test_who_decides_by_hand_has_the_options_ranked_and_offers_one(town: Town) -> None:
    far, near, unable = await town.on_duty(13.01), await town.on_duty(12.98), await town.on_duty(12.972, ("tow",))
    del unable
    request = await town.calls()
    path = f"/v1/service-requests/{request['id']}"
    raised = await town.api.done(f"{path}/escalation", town.desk, {"level": 3, "reason": "desk"})
    await town.api.get("/v1/shifts", town.desk, min_position=raised["position"])
    answer = await town.api.get(f"{path}/options", town.desk, min_position=raised["position"])
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["escalation"], told["considered"], told["ruled_out"]) == (3, 3, {"not_capable": 1})
    assert [(each["rank"], each["provider_id"]) for each in told["options"]] == [(1, prv(near)), (2, prv(far))]
    for role in Role:
        seen = await town.api.get(f"{path}/options", somebody(role, town.tenant))
        assert seen.status_code == (200 if role in LOOKERS[:3] else 403), role
    assert (await town.api.get(f"{path}/options", somebody(Role.DISPATCHER, "another"))).status_code == 404
    order = {"request_id": request["id"], "shift_id": told["options"][0]["shift_id"]}
    offer = await town.api.done("/v1/offers", town.desk, order)
    done = await town.api.done(f"/v1/offers/{offer['id']}/acceptance", near)
    after = await town.api.get(f"{path}/options", town.desk, min_position=done["position"])
    assert (after.status_code, after.json()["code"]) == (409, "out_of_turn")


async def explained(town: Town, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """What `vehicaid explain` says goes to the terminal; its exit code."""
    monkeypatch.setenv("VEHICAID_DATABASE_URL", town.database.settings.database_url)
    monkeypatch.setenv("COLUMNS", "250")
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(main, ["explain", *arguments])
    return int(ended.value.code or 0)


async def test_an_operator_reads_it_at_a_terminal(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    far, near = await town.on_duty(13.01), await town.on_duty(12.98)
    request = await town.calls()
    await town.dispatched(request)
    (decision,) = await town.decisions(request)
    wanted = str(request["id"])
    capsys.readouterr()
    assert await explained(town, monkeypatch, wanted) == 0
    shown = capsys.readouterr().out
    assert "asked" in shown
    assert shown.index(prv(near)) < shown.index(prv(far))
    assert await explained(town, monkeypatch, wanted, "--provider", prv(far)) == 0
    assert "could have been asked" in capsys.readouterr().out
    assert await explained(town, monkeypatch, wanted, "--provider", prv(far), "--json") == 0
    told = json.loads(capsys.readouterr().out)["decisions"]
    assert [{name: value for name, value in each.items() if name != "provider"} for each in told] == [decision]
    assert told[0]["provider"][0]["candidate"] == decision["candidates"][1]
    waiting = await town.calls()
    await town.api.get(f"/v1/service-requests/{waiting['id']}", town.desk, min_position=waiting["position"])
    assert await explained(town, monkeypatch, str(waiting["id"])) == 0
    assert "Nobody was asked yet" in capsys.readouterr().out


async def test_an_id_that_nobody_knows_is_one_line_and_exit_code_2(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    request = await town.calls()
    await town.api.get(f"/v1/service-requests/{request['id']}", town.desk, min_position=request["position"])
    never = new_id(datetime.now(UTC))
    for arguments in (
        [show(Prefix.REQUEST, never)],
        ["req_1"],
        [str(request["id"]), "--provider", show(Prefix.PROVIDER, never)],
    ):
        capsys.readouterr()
        assert await explained(town, monkeypatch, *arguments) == 2
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1)
