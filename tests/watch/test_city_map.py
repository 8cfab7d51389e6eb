"""Is every place drawn where it lies, north at the top?"""

from hypothesis import given
from hypothesis import strategies as st

from interfaces.watch.city_map import Frame, Mark, draw, frame_around, rings_of

SQUARE = Frame(south=10, west=20, north=11, east=21, columns=10, rows=5)
POINTS = st.tuples(st.floats(-60, 60), st.floats(-170, 170))


def test_corners_are_where_they_belong() -> None:
    assert SQUARE.at((11, 20)) == (0, 0)
    assert SQUARE.at((10, 21)) == (4, 9)
    assert SQUARE.at((10.5, 20.5)) == (2, 5)
    assert SQUARE.at((9.9, 20.5)) is None


@given(st.lists(POINTS, min_size=1, max_size=20), st.integers(20, 120), st.integers(5, 40))
def test_a_frame_holds_all_that_it_was_made_for_and_keeps_to_the_screen(
    places: list[tuple[float, float]], columns: int, rows: int
) -> None:
    frame = frame_around(places, columns, rows)
    assert frame is not None
    assert 1 <= frame.rows <= rows
    assert 1 <= frame.columns <= columns
    assert all(frame.at(place) is not None for place in places)


def test_nothing_to_show_is_no_frame() -> None:
    assert frame_around([], 80, 20) is None


def test_what_matters_more_hides_the_rest_and_many_are_counted() -> None:
    here = (10.5, 20.5)
    marks = [Mark(here, "o", "", 1), Mark(here, "!", "", 2), Mark(here, "!", "", 2), Mark((0, 0), "o", "", 1)]
    lines = draw(SQUARE, [], marks).plain.split("\n")
    assert lines[2] == "     2    "
    assert "".join(lines).strip() == "2"
    many = [Mark(here, "o", "", 1)] * 12
    assert "+" in draw(SQUARE, [], many).plain


def test_an_outline_is_closed() -> None:
    ring = [(10.1, 20.1), (10.1, 20.9), (10.9, 20.9), (10.9, 20.1)]
    lines = draw(SQUARE, [ring], []).plain.split("\n")
    assert lines[0].count("·") > 6
    assert lines[4].count("·") > 6
    assert all(line.count("·") >= 2 for line in lines[:5])


def test_rings_are_read_from_both_kinds_of_geometry() -> None:
    ring = [[77.5, 12.9], [77.6, 12.9], [77.6, 13.0], [77.5, 12.9]]
    told = [(12.9, 77.5), (12.9, 77.6), (13.0, 77.6), (12.9, 77.5)]
    assert rings_of({"type": "Polygon", "coordinates": [ring]}) == [told]
    assert rings_of({"type": "MultiPolygon", "coordinates": [[ring], [ring]]}) == [told, told]
    assert rings_of(None) == []
