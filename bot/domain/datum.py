"""Positions on Chinese maps: GCJ-02 (火星坐标) against WGS-84, which satellites and our records use.

Chinese map services shift positions inside mainland China by 300 to 600 m. The shift has a published approximation; it is undone by
stepping back until the shifted result lands on what was given, exact to far less than a metre.
"""

from math import cos, pi, sin, sqrt

_AXIS = 6_378_245.0
_FLAT = 0.00669342162296594323
_STEPS = 6


def is_shifted(lat: float, lng: float) -> bool:
    """Whether Chinese maps shift this place: inside the rectangle that the published formula covers."""
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lng <= 137.8347


def to_gcj(lat: float, lng: float) -> tuple[float, float]:
    """WGS-84 → GCJ-02, degrees."""
    if not is_shifted(lat, lng):
        return lat, lng
    x, y = lng - 105.0, lat - 35.0
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + _ripple(x) + _wave(y) + _swell(y, 160, 320)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + _ripple(x) + _wave(x) + _swell(x, 150, 300)
    radians = lat / 180 * pi
    bend = 1 - _FLAT * sin(radians) ** 2
    north *= 180 / (_AXIS * (1 - _FLAT) / (bend * sqrt(bend)) * pi)
    east *= 180 / (_AXIS / sqrt(bend) * cos(radians) * pi)
    return lat + north, lng + east


def to_wgs(lat: float, lng: float) -> tuple[float, float]:
    """GCJ-02 → WGS-84, degrees."""
    if not is_shifted(lat, lng):
        return lat, lng
    back_lat, back_lng = lat, lng
    for _ in range(_STEPS):
        there_lat, there_lng = to_gcj(back_lat, back_lng)
        back_lat, back_lng = back_lat + lat - there_lat, back_lng + lng - there_lng
    return back_lat, back_lng


def _ripple(x: float) -> float:
    return (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3


def _wave(v: float) -> float:
    return (20 * sin(v * pi) + 40 * sin(v / 3 * pi)) * 2 / 3


def _swell(v: float, short: float, long: float) -> float:
    return (short * sin(v / 12 * pi) + long * sin(v * pi / 30)) * 2 / 3
