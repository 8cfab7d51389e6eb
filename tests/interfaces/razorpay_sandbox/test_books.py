"""Do the stand-in's own books balance, does a settlement equal its rows, and do they outlive the process?"""

from datetime import datetime
from pathlib import Path

import pytest

from interfaces.razorpay_sandbox.entities import fee_and_tax
from interfaces.razorpay_sandbox.settling import INDIA, settles_at
from tests.support.razorpay import StandIn, standing_in


def _captured(gateway: StandIn, amount: int) -> str:
    body = {"amount": amount, "currency": "INR", "payment_capture": 1, "receipt": f"r{amount}"}
    return str(gateway.pay(gateway.http.post("/v1/orders", json=body).json()["id"])["razorpay_payment_id"])


@pytest.mark.parametrize(("amount", "fee"), [(100_000, (2_360, 360)), (500_000, (11_800, 1_800))])
def test_the_fee_is_as_published(amount: int, fee: tuple[int, int]) -> None:
    assert fee_and_tax(amount) == fee


@pytest.mark.parametrize(
    ("paid", "settled"),
    [
        ("2026-11-16 23:59", "2026-11-18 10:00"),  # a Monday
        ("2026-11-19 12:00", "2026-11-21 10:00"),  # a Thursday; the third Saturday is a working day
        ("2026-11-12 12:00", "2026-11-16 10:00"),  # the second Saturday is none
        ("2026-11-27 00:00", "2026-12-01 10:00"),  # nor is the fourth
    ],
)
def test_a_settlement_comes_two_working_days_later(paid: str, settled: str) -> None:
    def second(text: str) -> int:
        return int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=INDIA).timestamp())

    assert settles_at(second(paid)) == second(settled)


def test_a_settlement_is_the_sum_of_its_rows_and_the_books_agree(gateway: StandIn) -> None:
    first, _ = _captured(gateway, 100_000), _captured(gateway, 70_000)
    gateway.http.post(f"/v1/payments/{first}/refund", json={"amount": 30_000})
    gateway.play("/clock", advance_s=6 * 86_400)
    [settlement] = gateway.http.get("/v1/settlements").json()["items"]
    day = datetime.fromtimestamp(settlement["created_at"], INDIA)
    query = {"year": day.year, "month": day.month, "day": day.day, "count": 100}
    rows = gateway.http.get("/v1/settlements/recon/combined", params=query).json()["items"]
    assert [row["type"] for row in rows] == ["payment", "payment", "refund"]
    assert {row["settlement_id"] for row in rows} == {settlement["id"]}
    assert settlement["amount"] == sum(row["credit"] - row["debit"] for row in rows)
    balances = gateway.books()["balances"]
    assert sum(balances.values()) == 0
    assert balances["bank"] == settlement["amount"]
    assert balances["merchant"] == 0


def test_the_books_outlive_the_process_and_follow_from_the_seed(tmp_path: Path) -> None:
    path = str(tmp_path / "books.sqlite")
    with standing_in(path, seed="one") as running:
        payment_id = _captured(running, 100_000)
        balances = running.books()["balances"]
    with standing_in(path, seed="another") as running:
        assert running.books()["balances"] == balances
        assert running.http.get(f"/v1/payments/{payment_id}").json()["status"] == "captured"
    with standing_in(seed="one") as running:
        assert _captured(running, 100_000) == payment_id
