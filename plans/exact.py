"""Numbers as they were written, compared without ever becoming binary floating point."""

from __future__ import annotations

from typing import NamedTuple

_CHUNK = 4000  # Python refuses int() of more than 4,300 digits
_FAR = 10**18  # exponents beyond this are all equally far away


class Exact(NamedTuple):
    """±0.`digits` x 10^`point`, without leading or trailing zeros: equal numbers are equal tuples."""

    negative: bool
    digits: str
    point: int


def exact(token: str) -> Exact:
    """The number a JSON token says: `1`, `1.0` and `10e-1` are the same."""
    mantissa, _, exponent = token.lower().partition("e")
    negative = mantissa.startswith("-")
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    written = whole + fraction
    digits = written.lstrip("0")
    point = len(whole) - (len(written) - len(digits)) + _power(exponent)
    digits = digits.rstrip("0")
    return Exact(negative, digits, point) if digits else Exact(False, "", 0)


def is_integer(number: Exact) -> bool:
    """Whether the number has no fraction, however it was written."""
    return number.point >= len(number.digits)


def less(a: Exact, b: Exact) -> bool:
    """Whether a < b."""
    if a.negative != b.negative:
        return a.negative
    return _smaller(b, a) if a.negative else _smaller(a, b)


def is_multiple(number: Exact, of: Exact) -> bool:
    """Whether number / of is an integer."""
    if not number.digits:
        return True
    shift = (number.point - len(number.digits)) - (of.point - len(of.digits))
    if shift < 0:  # the digits do not end in zero, so they are no multiple of ten
        return False
    divisor = int(of.digits)
    return _remainder(number.digits, divisor) * pow(10, shift, divisor) % divisor == 0


def _power(exponent: str) -> int:
    if len(exponent) > 18:
        return 0 if not exponent.strip("+-0") else -_FAR if exponent[0] == "-" else _FAR
    return int(exponent or "0")


def _smaller(a: Exact, b: Exact) -> bool:
    """a < b for two numbers that are not negative."""
    if not a.digits or not b.digits:
        return bool(b.digits)
    return (a.point, a.digits) < (b.point, b.digits)


def _remainder(digits: str, divisor: int) -> int:
    remainder = 0
    for start in range(0, len(digits), _CHUNK):
        chunk = digits[start : start + _CHUNK]
        remainder = (remainder * pow(10, len(chunk), divisor) + int(chunk)) % divisor
    return remainder
