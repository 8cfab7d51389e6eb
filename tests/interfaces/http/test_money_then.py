"""Does the API tell how money stood at another time, to those whose it is, and the same again later?"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from domain.actor import Actor, Role
from tests.interfaces.http.of_money import WALLET, path_of, told
from tests.support.api import Api, somebody
from tests.support.paid import PAID_IN, TOTAL, PaidJob, a_paid_job

if TYPE_CHECKING:
    from application.engine import Engine
    from infra.bootstrap import Stack

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

BEFORE_ANYTHING = "2020-01-01T00:00:00Z"
INVOICE = "GET /v1/invoices/{invoice_id}"
STATEMENT = "GET /v1/providers/{provider_id}/statement"
BALANCES = "/v1/ledger/balances"


async def test_what_was_known_before_a_top_up_is_told_again_after_it(api: Api, job: PaidJob) -> None:
    wallet = path_of(f"GET {WALLET}", job)
    done = await api.done(f"{wallet}/top-ups", api.desk, {"amount_minor": 500, "currency": "INR"})
    then = await told(api, wallet, job.customer, known_at=job.position)
    now = await told(api, wallet, job.customer)
    assert (then["balance_minor"], now["balance_minor"]) == (PAID_IN - TOTAL, PAID_IN - TOTAL + 500)
    assert then["version"] < now["version"]
    assert (then["as_of"], then["known_at"], now["known_at"]) == (None, job.position, None)
    entries = await told(api, f"{wallet}/statement", job.customer, known_at=job.position)
    assert [entry["amount_minor"] for entry in entries["data"]] == [-TOTAL, PAID_IN]
    later = await told(api, f"{wallet}/statement", job.customer, known_at=done["position"])
    assert [entry["amount_minor"] for entry in later["data"]] == [500, -TOTAL, PAID_IN]


async def test_files_tell_the_same_of_another_time_as_answers_do(api: Api, job: PaidJob) -> None:
    wallet, earned = path_of(f"GET {WALLET}", job), path_of(STATEMENT, job)
    done = await api.done(f"{wallet}/top-ups", api.desk, {"amount_minor": 500, "currency": "INR"})
    asked: list[tuple[str, Actor, dict[str, object], int]] = [
        (f"{wallet}/statement/file", job.customer, {"known_at": job.position}, 2),
        (f"{wallet}/statement/file", job.customer, {"min_position": done["position"]}, 3),
        (f"{wallet}/statement/file", job.customer, {"as_of": BEFORE_ANYTHING}, 0),
        (f"{earned}/file", job.provider, {"known_at": job.position}, 1),
        (f"{earned}/file", job.provider, {"known_at": 0}, 0),
    ]
    for path, reader, then, rows in asked:
        answer = await api.get(path, reader, **then)
        assert answer.status_code == 200, answer.text
        assert len(answer.text.strip().splitlines()) == 1 + rows, (path, then)


async def test_what_was_kept_is_kept_then_and_free_now(api: Api, job: PaidJob) -> None:
    wallet = path_of(f"GET {WALLET}", job)
    entries = await told(api, f"{wallet}/statement", job.customer, min_position=job.position)
    taken_at = entries["data"][0]["position"]
    kept = []
    for known_at in (taken_at - 1, taken_at):
        stood = await told(api, wallet, job.customer, known_at=known_at)
        kept.append((stood["balance_minor"], stood["held_minor"], stood["available_minor"], len(stood["holds"])))
    assert kept == [(PAID_IN, TOTAL, PAID_IN - TOTAL, 1), (PAID_IN - TOTAL, 0, PAID_IN - TOTAL, 0)]


async def test_before_anything_happened_there_was_nothing(api: Api, job: PaidJob) -> None:
    for path in (path_of(f"GET {WALLET}", job), path_of(INVOICE, job)):
        assert (await api.get(path, job.customer, as_of=BEFORE_ANYTHING)).status_code == 404
        assert (await api.get(path, job.customer, known_at=0)).status_code == 404
    statement = await told(api, path_of(STATEMENT, job), job.provider, as_of=BEFORE_ANYTHING)
    assert (statement["balances"], statement["data"], statement["as_of"]) == ([], [], BEFORE_ANYTHING)
    assert (await told(api, BALANCES, api.desk, as_of=BEFORE_ANYTHING))["data"] == []


async def test_a_bill_tells_its_life_now_and_then(api: Api, job: PaidJob) -> None:
    path = path_of(INVOICE, job)
    await told(api, path, job.customer, min_position=job.position)
    done = await api.done(f"{path}/cancellation", api.desk, {"reason": "duplicate"})
    now, then = await told(api, path, job.customer), await told(api, path, job.customer, known_at=job.position)
    assert (now["life"]["state"], then["life"]["state"]) == ("cancelled", "issued")
    assert (now["version"], then["version"], now["number"] == then["number"]) == (done["version"], 1, True)
    assert then["life"]["known_at"] == job.position


async def test_the_accounts_of_another_time_sum_to_nothing_page_by_page(api: Api, stack: Stack) -> None:
    engine = cast("Engine", stack.engine)
    first, _, last = [await a_paid_job(engine, "books-then") for _ in range(3)]
    auditor = somebody(Role.AUDITOR, "books-then")
    rows, cursor = [], None
    while True:
        more: dict[str, str] = {} if cursor is None else {"cursor": cursor}
        page = await told(api, BALANCES, auditor, known_at=first.position, limit=3, **more)
        rows += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sum(row["balance_minor"] for row in rows) == 0
    desk = [row["balance_minor"] for row in rows if row["account"] == "A:Cash:Desk"]
    assert desk == [PAID_IN]
    assert {row["updated_at"] for row in rows} == {None}
    later = await told(api, BALANCES, auditor, known_at=last.position, prefix="A:Cash:Desk")
    assert [row["balance_minor"] for row in later["data"]] == [3 * PAID_IN]


async def test_a_provider_sees_what_it_was_owed_then(api: Api, stack: Stack) -> None:
    engine = cast("Engine", stack.engine)
    first = await a_paid_job(engine)
    again = await a_paid_job(engine, provider_id=first.provider.subject_id)
    path, earned = path_of(STATEMENT, first), TOTAL - 17_700
    then = await told(api, path, first.provider, known_at=first.position)
    now = await told(api, path, first.provider, min_position=again.position)
    assert [each["owed_minor"] for each in (*then["balances"], *now["balances"])] == [earned, 2 * earned]
    assert (len(then["data"]), len(now["data"])) == (1, 2)


async def test_another_time_is_asked_for_by_the_same_right(api: Api, job: PaidJob) -> None:
    stranger = somebody(Role.CUSTOMER)
    for path in (path_of(f"GET {WALLET}", job), path_of(INVOICE, job), path_of(f"GET {WALLET}", job) + "/statement"):
        assert (await api.get(path, stranger, known_at=job.position)).status_code == 404
    assert (await api.get(BALANCES, stranger, known_at=job.position)).status_code == 403
    elsewhere = somebody(Role.AUDITOR, "elsewhere")
    assert (await api.get(path_of(f"GET {WALLET}", job), elsewhere, known_at=job.position)).status_code == 404
    assert (await told(api, BALANCES, elsewhere, known_at=job.position))["data"] == []


@pytest.mark.parametrize("asked", [{"as_of": "2026-01-01"}, {"as_of": "2026-01-01T00:00:00"}, {"known_at": -1}])
async def test_what_is_no_time_is_refused(api: Api, job: PaidJob, asked: dict[str, object]) -> None:
    answer = await api.get(path_of(INVOICE, job), job.customer, **asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_a_position_that_is_still_to_come_is_waited_for_and_then_refused(api: Api, job: PaidJob) -> None:
    answer = await api.get(path_of(INVOICE, job), job.customer, known_at=2**60)
    assert (answer.status_code, answer.json()["code"]) == (503, "projection_behind")
