"""How far two positions are apart."""

from math import asin, cos, radians, sin, sqrt

EARTH_M = 6_371_000


def distance_m(lat1: float, lon1: float, lat2: float, lon2: float) -> int:
    """Metres along the ground between two positions in degrees (haversine)."""
    half_lat, half_lon = radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2
    a = sin(half_lat) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(half_lon) ** 2
    return round(2 * EARTH_M * asin(min(1.0, sqrt(a))))
