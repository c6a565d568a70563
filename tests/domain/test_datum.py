"""WGS-84 and GCJ-02: published pairs, and there and back again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.datum import is_shifted, to_gcj, to_wgs

# WGS-84 → GCJ-02 as the widely used reference implementations give them.
PAIRS = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]


@pytest.mark.parametrize(("wgs", "gcj"), PAIRS)
def test_published_pairs_are_met(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert to_gcj(*wgs) == pytest.approx(gcj, abs=1e-9)


@pytest.mark.parametrize(("wgs", "gcj"), PAIRS)
def test_the_way_back_is_exact_to_a_centimetre(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert to_wgs(*gcj) == pytest.approx(wgs, abs=1e-7)


@given(lat=st.floats(4, 53), lng=st.floats(74, 135))
def test_there_and_back_is_where_it_began(lat: float, lng: float) -> None:
    assert to_wgs(*to_gcj(lat, lng)) == pytest.approx((lat, lng), abs=1e-6)


def test_places_outside_china_are_not_shifted() -> None:
    assert not is_shifted(51.5, -0.12)
    assert to_wgs(51.5, -0.12) == to_gcj(51.5, -0.12) == (51.5, -0.12)
