"""Distances and datums."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.place import Place, distance, from_gcj02, in_china, is_place, to_gcj02

# Pairs that the open implementations of the datum agree on.
PAIRS = [
    (Place(31.1774276, 121.5272106), Place(31.17530398364597, 121.531541859215)),
    (Place(22.543847, 113.912316), Place(22.540796131694766, 113.9171764808363)),
    (Place(39.911954, 116.377817), Place(39.91334545536069, 116.38404722455657)),
]
LONDON = Place(51.5074, -0.1278)


@pytest.mark.parametrize(("world", "chinese"), PAIRS)
def test_the_chinese_datum_shifts_known_places_as_everybody_does(world: Place, chinese: Place) -> None:
    assert to_gcj02(world) == pytest.approx(chinese, abs=1e-6)


@pytest.mark.parametrize(("world", "chinese"), PAIRS)
def test_the_way_back_finds_the_origin(world: Place, chinese: Place) -> None:
    assert distance(from_gcj02(chinese), world) < 0.1


def test_outside_china_nothing_is_shifted() -> None:
    assert to_gcj02(LONDON) == LONDON == from_gcj02(LONDON)


def test_beijing_to_shanghai_is_a_little_over_a_thousand_kilometres() -> None:
    assert distance(Place(39.9042, 116.4074), Place(31.2304, 121.4737)) == pytest.approx(1_067_000, rel=0.005)


def test_the_other_side_of_the_earth_is_half_its_girth_away() -> None:
    assert distance(Place(0, 0), Place(0, 180)) == pytest.approx(20_015_000, rel=0.001)


def test_across_the_date_line_it_is_not_far() -> None:
    assert distance(Place(0, 179.999), Place(0, -179.999)) < 300


@pytest.mark.parametrize("pair", [(nan, 0.0), (0.0, inf), (90.1, 0.0), (0.0, -180.1)])
def test_numbers_that_are_no_position_are_told_apart(pair: tuple[float, float]) -> None:
    assert not is_place(*pair)


@given(st.floats(3, 53), st.floats(74, 135))
def test_there_and_back_is_the_same_place_all_over_china(lat: float, lng: float) -> None:
    place = Place(lat, lng)
    assert distance(from_gcj02(to_gcj02(place)), place) < 0.5
    assert in_china(place)
