"""Is a recording read as it is meant: every dirty row named, every repeat dropped, nothing swallowed?"""

import gzip
from datetime import date
from pathlib import Path

import pytest

from interfaces.simulation.recorded_calls import BadRecording, Recording, Wanted, read_calls
from interfaces.simulation.sites import read_sites

HEADER = "src_row,ts_local,lat,lng,kind,addr"


def recording(tmp_path: Path, *rows: str, wanted: Wanted | None = None, header: str = HEADER) -> Recording:
    file = tmp_path / "calls.csv"
    file.write_text("\n".join((header, *rows)) + "\n")
    return read_calls(file, wanted or Wanted())


def row(
    number: int = 1, at: str = "2016-01-22 10:00:00", kind: str = "disabled_vehicle", addr: str = "BROOK RD"
) -> str:
    return f"{number},{at},40.1,-75.3,{kind},{addr}"


def test_calls_come_in_the_order_of_their_time(tmp_path: Path) -> None:
    read = recording(tmp_path, row(2, "2016-01-22 11:00:00", addr="A"), row(1, "2016-01-22 10:00:00", addr="B"))
    assert [(call.id, call.line) for call in read.calls] == [("1", 3), ("2", 2)]
    assert read.dirt == []


@pytest.mark.parametrize(
    ("dirty", "why"),
    [
        ("1,yesterday,40.1,-75.3,disabled_vehicle,X", "isoformat"),
        ("1,2016-01-22 10:00:00,north,-75.3,disabled_vehicle,X", "north"),
        ("1,2016-01-22 10:00:00,91,-75.3,disabled_vehicle,X", "no place on earth"),
        ("1,2016-01-22 10:00:00,nan,-75.3,disabled_vehicle,X", "no place on earth"),
        ("1,2016-01-22 10:00:00,41.9,-75.3,disabled_vehicle,X", "outside the area"),
        (",2016-01-22 10:00:00,40.1,-75.3,disabled_vehicle,X", "src_row is empty"),
        ("1,2016-01-22 10:00:00,40.1,-75.3", "4 cells instead of 6"),
        ("9,2016-01-22 10:20:00,40.1,-75.3,disabled_vehicle,BROOK RD", "repeats line 3"),
        ("2,2016-01-25 10:20:00,40.1,-75.3,disabled_vehicle,Y", "was there before"),
        ('1,2016-01-22 10:00:00,40.1,-75.3,disabled_vehicle,"' + "x" * 20_000 + '"', "not a row"),
    ],
)
def test_a_dirty_row_is_named_and_the_others_are_played(tmp_path: Path, dirty: str, why: str) -> None:
    order = [row(2), dirty] if "before" in why else [dirty, row(2)]
    read = recording(tmp_path, *order)
    assert [call.id for call in read.calls] == ["2"]
    (dirt,) = read.dirt
    assert why in dirt.why
    assert dirt.line == order.index(dirty) + 2


def test_the_same_call_half_an_hour_later_is_another_one(tmp_path: Path) -> None:
    at = ("10:00:00", "10:29:59", "10:59:59", "11:29:58")
    read = recording(tmp_path, *(row(number, f"2016-01-22 {time}") for number, time in enumerate(at)))
    assert [call.id for call in read.calls] == ["0", "2"]
    assert len(read.dirt) == 2
    assert len(recording(tmp_path, row(1), row(2, kind="vehicle_fire"), row(3, addr="ELSEWHERE")).calls) == 3


def test_other_kinds_and_other_days_are_counted_and_are_no_dirt(tmp_path: Path) -> None:
    wanted = Wanted(days=(date(2016, 1, 22), date(2016, 1, 22)))
    read = recording(
        tmp_path, row(1), row(2, "2016-01-23 00:00:00", addr="Z"), row(3, kind="fire_alarm"), wanted=wanted
    )
    assert [call.id for call in read.calls] == ["1"]
    assert (read.rows, read.other_kind, read.other_days, read.dirt) == (3, 1, 1, [])


def test_columns_can_have_other_names_and_the_file_may_be_packed(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv.gz"
    with gzip.open(file, "wt") as packed:
        packed.write("when,where_n,where_e,what,number,street\n2016-01-22 10:00,40.1,-75.3,disabled_vehicle,7,X\n")
    columns = {"id": "number", "ts": "when", "lat": "where_n", "lng": "where_e", "kind": "what", "address": "street"}
    assert [call.id for call in read_calls(file, Wanted(), columns).calls] == ["7"]


def test_what_is_no_recording_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="No such file"):
        read_calls(tmp_path / "nothing.csv", Wanted())
    with pytest.raises(BadRecording, match="no column ts_local, kind"):
        recording(tmp_path, header="src_row,lat,lng,addr")
    (tmp_path / "torn.csv.gz").write_bytes(gzip.compress(HEADER.encode() * 1000)[:40])
    with pytest.raises(BadRecording, match="cannot be read"):
        read_calls(tmp_path / "torn.csv.gz", Wanted())
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(BadRecording, match="no column"):
        read_calls(tmp_path / "empty.csv", Wanted())


def test_sites_are_read_and_their_dirt_named(tmp_path: Path) -> None:
    file = tmp_path / "sites.csv"
    file.write_text("name,lat,lng\nA,40.1,-75.3\nB,140.1,-75.3\n,40.1,-75.3\nC,x,\n")
    sites, dirt = read_sites(file)
    assert [site.name for site in sites] == ["A"]
    assert [each.line for each in dirt] == [3, 4, 5]
    file.write_text("name,lat\nA,1\n")
    with pytest.raises(BadRecording, match="no column lng"):
        read_sites(file)
    file.write_text("name,lat,lng\n")
    with pytest.raises(BadRecording, match="names no site"):
        read_sites(file)


def test_the_recorded_blizzard_has_the_known_number_of_calls(recorded_data: Path) -> None:
    days = date(2016, 1, 22), date(2016, 1, 26)
    read = read_calls(recorded_data / "breakdown_calls_montgomery.csv.gz", Wanted(days=days))
    assert len(read.calls) == 1_336
    assert read.rows == 36_140
    assert read.rows == len(read.calls) + len(read.dirt) + read.other_kind + read.other_days
