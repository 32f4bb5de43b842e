"""Which profile an advertising device belongs to, and what patterns would grab a stranger's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pelvicsense.profiles.schema import Match, Profile

SIG_BASE = "-0000-1000-8000-00805f9b34fb"
"""Tail of the UUIDs that the Bluetooth SIG assigns: they name a function, not a product."""

COMMON_SERVICES = {
    "6e400001-b5a3-f393-e0a9-e50e24dcca9e": "Nordic UART",
    "49535343-fe7d-4ae5-8fa9-9fafd205e455": "Microchip transparent UART",
    "19b10000-e8f2-537e-4f6c-d104768a1214": "the ArduinoBLE tutorials",
    "0000ffe5-0000-1000-8000-00805f9a34fb": "all WitMotion sensors, inertial or not",
}
"""Services that many unrelated products advertise."""

_LEAST_LITERAL = 4
_SERVICE_SCORE = 16  # as telling as a name of 16 letters: a UUID is 16 random bytes
_WILD = re.compile(r"[*?]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Advert:
    """What a device says of itself before anyone connects.

    Attributes
    ----------
    name
        Local name; none where it sent none.
    services
        Advertised UUIDs, 128 bits, lower case.
    manufacturer_ids
        Company ids of its manufacturer data.
    """

    name: str | None
    services: frozenset[str] = frozenset()
    manufacturer_ids: frozenset[int] = frozenset()


def recognise(advert: Advert, profiles: Iterable[Profile]) -> Profile | None:
    """Return the profile that an advert fits best; none where none, or two equally well."""
    scores = [(score(profile.match, advert), profile) for profile in profiles]
    best = max((s for s, _ in scores), default=0)
    fitting = [profile for s, profile in scores if s == best]
    return fitting[0] if best and len(fitting) == 1 else None


def score(match: Match, advert: Advert) -> int:
    """Return how specifically an advert fits: letters that agree; 0 where it does not."""
    ids = advert.manufacturer_ids
    if match.manufacturers and ids and not match.manufacturers & ids:
        return 0
    by_name = [literal(p) for p in match.names if advert.name and fnmatchcase(advert.name, p)]
    by_service = _SERVICE_SCORE if match.services & advert.services else 0
    return max(by_name, default=0) + by_service


def literal(pattern: str) -> int:
    """Return how many letters of a pattern are meant as they stand."""
    return len(_WILD.sub("", pattern))


def pattern_problem(pattern: str) -> str | None:
    """Return what is wrong with a name pattern.

    A product's name begins with its family's name, so a pattern must begin with at least four
    letters as they stand: fewer, or a wildcard in front, fit products of others.
    """
    if "[" in pattern:
        return f"expected * and ? as the only wildcards, got {pattern!r}"
    begin = _WILD.split(pattern, maxsplit=1)[0]
    if begin == pattern or len(begin) >= _LEAST_LITERAL:
        return None
    return (
        f"expected at least {_LEAST_LITERAL} letters before the first wildcard, got {pattern!r}; "
        "a pattern so broad would grab strangers' devices"
    )


def service_problem(uuid: str) -> str | None:
    """Return what is wrong with recognising a device by a service."""
    if uuid in COMMON_SERVICES:
        return f"{uuid} is used by {COMMON_SERVICES[uuid]} and identifies nothing; match by name"
    if uuid.endswith(SIG_BASE):
        return f"{uuid} is a standard service and identifies no product; match by name"
    return None


def ambiguities(profiles: Sequence[Profile]) -> list[str]:
    """Return a sentence for each pair of profiles between which an advert could not decide."""
    found = []
    for i, one in enumerate(profiles):
        for other in profiles[i + 1 :]:
            shared = one.match.services & other.match.services
            found += [f"{one.id} and {other.id} both match service {uuid}" for uuid in shared]
            found += [
                f"{one.id} ({a!r}) and {other.id} ({b!r}) match the same names equally well"
                for a in one.match.names
                for b in other.match.names
                if literal(a) == literal(b) and overlap(a, b)
            ]
    return found


def overlap(a: str, b: str) -> bool:
    """Return whether some name fits both patterns (of ``*`` and ``?``)."""
    if not a or not b:
        return not (a + b).strip("*")
    if a[0] == "*":
        return overlap(a[1:], b) or overlap(a, b[1:])
    if b[0] == "*":
        return overlap(a, b[1:]) or overlap(a[1:], b)
    return (a[0] == b[0] or "?" in a[0] + b[0]) and overlap(a[1:], b[1:])
