"""What would a stretch have brought in under another tariff: in all, by service and by zone, fees and shares apart?"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from application.log import LoggedEvent
from application.publish_tariff import tariff_id_of
from domain.areas import area_of
from domain.ids import Prefix, show
from domain.payment import Payment
from domain.price_terms import FeeTerms, LineKind, PaymentMethod, PriceLine
from domain.request_fare import Outcome
from domain.split import Split, bill_of
from domain.tariff import Tariff
from domain.zone import Zone, ZoneTerms
from infra.event_store import codec
from infra.prices.india import india
from interfaces.cli.main import main
from interfaces.simulate.early_ends import early_ends_of
from interfaces.simulate.files import line_of
from interfaces.simulate.stretch import stretch_of
from interfaces.simulate.supposing import Rule, compare
from interfaces.simulate.tariff_file import read_tariffs
from tests.simulate.towns import EIGHT, MIDDLE, crew, morning, played

if TYPE_CHECKING:
    from pathlib import Path

TENANT = "simulation"
ZONE = UUID("0198a000-0000-7000-8000-000000000001")
LONG_AGO = EIGHT - timedelta(days=1)
TOMORROW = EIGHT + timedelta(days=1)
ALL = ("--from", EIGHT.isoformat(), "--to", TOMORROW.isoformat())
PLAIN = replace(
    india(),
    peaks=(),
    fees=FeeTerms(assigned_minor=1_180, en_route_minor=2_360, on_scene_minor=3_540),
    rounds_to_minor=1,
    rows=tuple(replace(row, base_minor=10_000, per_km_minor=0) for row in india().rows),
)
"""Everything costs 100 rupees and 18 % of tax; 15 % of it is ours, and 18 % of that tax."""
OF_100 = {"charged_minor": 11_800, "fees_minor": 0, "provider_minor": 10_030, "platform_minor": 1_500}


def body(rupees: int, **told: Any) -> dict[str, Any]:
    """What is sent to publish a tariff by which everything costs the same."""
    terms = asdict(PLAIN)
    return {**terms, "rows": [{**row, "base_minor": rupees * 100} for row in terms["rows"]], **told}


@pytest.fixture(scope="module")
def recorded() -> list[LoggedEvent]:
    """A morning in a town with a zone and prices; one customer called off when somebody was there, and one has paid."""
    events = played(morning(12), [crew(f"crew {n}", 2.0 * n) for n in range(5)]).events
    served = [event.stream_id for event in events if event.topic == "service_request.completed"]
    lat, lng = MIDDLE
    ring = [[lng - 1, lat - 1], [lng + 1, lat - 1], [lng + 1, lat + 0.01], [lng - 1, lat + 0.01], [lng - 1, lat - 1]]
    terms = ZoneTerms("south", "Asia/Kolkata", "29", 0)
    zone = Zone.define(ZONE, terms, area_of("Polygon", [ring], lng), LONG_AGO, LONG_AGO)
    tariff = Tariff.open(tariff_id_of(TENANT, None), None, LONG_AGO)
    tariff.publish(PLAIN, LONG_AGO, LONG_AGO)
    told = [codec.encode(each) for each in (*zone.collect_events(), *tariff.collect_events(), *paid(served[0]))]
    facts = [(row.stream_id, 1 if row.version is None else row.version, row.topic, row.payload) for row in told]
    last = events[-1]
    cancelled = {"by": "customer", "reason": "other", "offer_id": None, "provider_id": None, "shift_id": None}
    money = {"fee_minor": 3_540, "currency": "INR", "fault": "customer", "class_version": 2}
    facts.append((served[1], 99, "service_request.cancelled", json.dumps({**cancelled, **money}).encode()))
    return [*events, *(_logged(last, len(events) + 1 + n, *fact) for n, fact in enumerate(facts))]


def paid(request_id: UUID) -> list[Any]:
    """The events of a payment of 200 rupees before tax."""
    lines = (PriceLine(LineKind.BASE, 20_000), PriceLine(LineKind.TAX_CGST, 1_800), PriceLine(LineKind.TAX_SGST, 1_800))
    payment = Payment.due(
        request_id,
        customer_id=ZONE,
        provider_id=ZONE,
        method=PaymentMethod.CASH,
        outcome=Outcome.CHARGE,
        amount_minor=23_600,
        currency="INR",
        at=EIGHT,
    )
    payment.collect(23_600, "INR", EIGHT)
    payment.settle(bill_of(lines), Split(1_500, 1_800, "29"), EIGHT)
    return list(payment.collect_events())


def _logged(like: LoggedEvent, position: int, stream_id: UUID, version: int, topic: str, payload: bytes) -> LoggedEvent:
    fields = {name: getattr(like, name) for name in like.__struct_fields__}
    told = {"position": position, "stream_id": stream_id, "version": version, "topic": topic, "payload": payload}
    return LoggedEvent(**{**fields, **told})


@pytest.fixture(scope="module")
def log(recorded: list[LoggedEvent], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "events.jsonl"
    path.write_bytes(b"".join(line_of(event) for event in recorded))
    return path


def asked(log: Path, tariff: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[object, str, str]:
    """What `vehicaid whatif` says to a file with that tariff."""
    path = tmp_path / "tariff.json"
    path.write_text(tariff if isinstance(tariff, str) else json.dumps(tariff))
    with pytest.raises(SystemExit) as ended:
        main(["whatif", *ALL, "--events", str(log), "--tariff", str(path), "--json"])
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


def test_that_twice_the_price_is_twice_the_money_and_nothing_else(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = log.read_bytes()
    code, out, _ = asked(log, body(200), tmp_path, capsys)

    told = json.loads(out)
    assert code == 0
    again, other = told["money"]["again"]["INR"], told["money"]["other"]["INR"]
    jobs = again["paying_jobs"]
    assert jobs > 5
    assert again["fees_minor"] == other["fees_minor"] == 3_540
    assert again["charged_minor"] == (jobs - 1) * 11_800 + 3_540
    assert other["charged_minor"] == (jobs - 1) * 23_600 + 3_540
    assert other["provider_minor"] - again["provider_minor"] == (jobs - 1) * 10_030
    assert other["platform_minor"] - again["platform_minor"] == (jobs - 1) * 1_500
    assert {**told["other"], "rule": ""} == {**told["again"], "rule": ""}
    assert told["money"]["recorded"]["INR"]["charged_minor"] == 23_600
    assert told["money"]["recorded"]["INR"]["provider_minor"] == 2 * OF_100["provider_minor"]
    assert any("put off by a price" in each for each in told["money"]["unchanged"])
    assert log.read_bytes() == before


def test_that_a_tariff_of_a_zone_counts_there_alone(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dear = body(300, zone_id=show(Prefix.ZONE, ZONE))
    _, out, _ = asked(log, [dear], tmp_path, capsys)

    money = json.loads(out)["money"]
    again, other = money["again"]["INR"]["by_zone"], money["other"]["INR"]["by_zone"]
    assert again["outside all zones"] == other["outside all zones"]
    assert other["south"]["charged_minor"] > 2 * again["south"]["charged_minor"]
    for cut in ("by_zone", "by_service"):
        parts = money["other"]["INR"][cut].values()
        assert sum(part["charged_minor"] for part in parts) == money["other"]["INR"]["charged_minor"]


def test_that_prices_may_change_in_the_middle(recorded: list[LoggedEvent], tmp_path: Path) -> None:
    noon = EIGHT + timedelta(hours=2)
    path = tmp_path / "tariff.json"
    path.write_text(json.dumps(body(200, effective_from=noon.isoformat())))
    stretch = stretch_of(recorded, TENANT, EIGHT, TOMORROW)

    compared = compare(recorded, stretch, TENANT, Rule(tariffs=read_tariffs(path)))

    assert compared.money is not None
    ends = early_ends_of(recorded, TENANT)
    charged = [job.call for job in compared.other.jobs if job.completed_at and UUID(job.call.id) not in ends]
    wanted = sum(23_600 if call.at >= noon else 11_800 for call in charged) + 3_540
    assert sum(takings.charged_minor for takings in compared.money["other"].values()) == wanted
    assert 0 < sum(call.at >= noon for call in charged) < len(charged)


@pytest.mark.parametrize(
    ("tariff", "says"),
    [
        ("{", "not a tariff as it is published"),
        ("[]", "holds no tariff"),
        ({"currency": "INR"}, "not a tariff as it is published: rows"),
        (body(1, tax_percent_bp=3), "tax_percent_bp: a rate is"),
        (body(1, rows=[]), "no price for"),
        (body(1, currency="QQQ"), "is not a currency"),
        ([body(1), body(2)], "two tariffs for the same place"),
        (body(1, zone_id=show(Prefix.ZONE, UUID(int=ZONE.int + 1))), "has no zone"),
    ],
)
def test_that_a_tariff_that_makes_no_sense_is_one_line(
    tariff: object, says: str, log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = asked(log, tariff, tmp_path, capsys)

    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_that_a_file_that_is_not_there_is_one_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["whatif", *ALL, "--events", str(log), "--tariff", "nowhere.json"])

    assert ended.value.code == 2
    assert "nowhere.json: No such file" in capsys.readouterr().err


def test_that_people_see_a_table_and_what_it_cannot_tell(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tariff.json"
    path.write_text(json.dumps(body(200)))
    with pytest.raises(SystemExit):
        main(["whatif", *ALL, "--events", str(log), "--tariff", str(path)])

    out = capsys.readouterr().out
    assert "money in INR" in out
    assert "236.00" in out
    assert "zone south" in out
    assert "The same under every tariff" in out
