"""The four statuses can be told apart by everybody, on light and on dark ground."""

import math
from itertools import combinations

import pytest

from dashboard.colours import STATUS

# Machado, Oliveira and Fernandes 2009, full severity.
SEEN_WITH = {
    "every cone": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
CLEARLY_APART = 20.0
"""Distance in CIELAB; 2.3 is just noticeable."""


def linear(colour: str) -> list[float]:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    scaled = [_dot(row, rgb) / one for row, one in zip(to_xyz, white, strict=True)]
    x, y, z = (one ** (1 / 3) if one > 0.008856 else 7.787 * one + 16 / 116 for one in scaled)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _dot(left: tuple[float, ...], right: list[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


@pytest.mark.parametrize("cones", SEEN_WITH)
def test_any_two_statuses_are_clearly_apart(cones: str) -> None:
    seen = {
        status: lab([min(1.0, max(0.0, _dot(row, linear(colour)))) for row in SEEN_WITH[cones]])
        for status, colour in STATUS.items()
    }
    for one, other in combinations(STATUS, 2):
        assert math.dist(seen[one], seen[other]) > CLEARLY_APART, f"{one} and {other} look alike with {cones}"
