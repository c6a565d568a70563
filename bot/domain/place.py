"""Positions on the earth: how far apart, and out of the Chinese datum into the world's.

Everything inside is WGS-84. Chinese maps and SDKs speak GCJ-02, which shifts positions in mainland China by 300 to 700 metres; the shift
is a published, deterministic function of the position (https://en.wikipedia.org/wiki/Restrictions_on_geographic_data_in_China).
"""

from math import asin, cos, hypot, isfinite, pi, radians, sin, sqrt
from typing import NamedTuple

EARTH_METRES = 6_371_008.8
# The ellipsoid of Krasovsky 1940, on which GCJ-02 is defined.
AXIS, ECCENTRICITY = 6_378_245.0, 0.00669342162296594323
CLOSE_ENOUGH = 1e-7


class Place(NamedTuple):
    """A position in degrees."""

    lat: float
    lng: float


def is_place(lat: float, lng: float) -> bool:
    """Whether two numbers are a position at all."""
    return isfinite(lat) and isfinite(lng) and abs(lat) <= 90 and abs(lng) <= 180


def distance(a: Place, b: Place) -> float:
    """Metres between two positions along the great circle."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b.lng - a.lng) / 2) ** 2
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(half)))


def in_china(place: Place) -> bool:
    """Whether GCJ-02 shifts this position: the rectangle that the datum itself uses."""
    return 0.8293 <= place.lat <= 55.8271 and 72.004 <= place.lng <= 137.8347


def to_gcj02(place: Place) -> Place:
    """WGS-84 → GCJ-02."""
    if not in_china(place):
        return place
    x, y = place.lng - 105.0, place.lat - 35.0
    lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + _waves(x) + _ripples(y, 160.0, 320.0)
    lng = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + _waves(x) + _ripples(x, 150.0, 300.0)
    angle = radians(place.lat)
    bend = 1 - ECCENTRICITY * sin(angle) ** 2
    lat = lat * 180.0 / (AXIS * (1 - ECCENTRICITY) / (bend * sqrt(bend)) * pi)
    lng = lng * 180.0 / (AXIS / sqrt(bend) * cos(angle) * pi)
    return Place(place.lat + lat, place.lng + lng)


def from_gcj02(place: Place) -> Place:
    """GCJ-02 → WGS-84, to about a centimetre: the shift is smooth, so going back by it a few times finds the origin."""
    guess = place
    for _ in range(10):
        there = to_gcj02(guess)
        off = Place(there.lat - place.lat, there.lng - place.lng)
        guess = Place(guess.lat - off.lat, guess.lng - off.lng)
        if hypot(*off) < CLOSE_ENOUGH:
            break
    return guess


def _waves(x: float) -> float:
    return (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0


def _ripples(z: float, long: float, longest: float) -> float:
    short = (20.0 * sin(z * pi) + 40.0 * sin(z / 3.0 * pi)) * 2.0 / 3.0
    return short + (long * sin(z / 12.0 * pi) + longest * sin(z / 30.0 * pi)) * 2.0 / 3.0
