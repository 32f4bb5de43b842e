from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped import PROFILES
from small_profiles import small

from pelvicsense.profiles.recognise import (
    Advert,
    ambiguities,
    overlap,
    pattern_problem,
    recognise,
    score,
)
from pelvicsense.profiles.schema import Match

SERVICE = "7f2a0001-5c1e-4d0a-9b3f-6d1e8c24a790"


def named(*names: str, services: tuple[str, ...] = (), ids: tuple[int, ...] = ()) -> Match:
    return Match(names=names, services=frozenset(services), manufacturers=frozenset(ids))


def advert(name: str | None, *services: str, ids: tuple[int, ...] = ()) -> Advert:
    return Advert(name=name, services=frozenset(services), manufacturer_ids=frozenset(ids))


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (advert("Movella DOT", ids=(0x0886,)), "movella-dot"),
        (advert("Xsens DOT"), "movella-dot"),
        (advert("Movella DOT", ids=(0x004C,)), None),
        (advert("WT901BLE68"), "witmotion-ble5"),
        (advert("WTVB01-BT50"), None),
        (advert("WTVB01-BT50", "0000ffe5-0000-1000-8000-00805f9a34fb"), None),
        (advert("Movesense 213430000123"), "movesense"),
        (advert("IMU6-4A2B"), "imu6-open"),
        (advert(None, SERVICE), "imu6-open"),
        (advert("Anything", SERVICE), "imu6-open"),
        (advert(None), None),
        (advert("Movella"), None),
        (advert("my Movella DOT"), None),
        (advert("movella dot"), None),
        (advert("Polar H10 12345678"), None),
        (advert("Museum guide"), None),
        (advert("Thingy's speaker"), None),
        (advert("JBL Flip 5", "0000180f-0000-1000-8000-00805f9b34fb"), None),
    ],
)  # fmt: skip
def test_shipped_profiles_know_their_devices_and_no_strangers(
    heard: Advert, expected: str | None
) -> None:
    found = recognise(heard, PROFILES.values())
    assert (found.id if found else None) == expected


def test_shipped_profiles_leave_nothing_ambiguous() -> None:
    assert ambiguities(list(PROFILES.values())) == []


def test_the_more_specific_profile_is_taken_and_a_tie_is_not_decided() -> None:
    broad = replace(small(), id="broad", match=named("Small-*"))
    exact = replace(small(), id="exact", match=named("Small-42*"))
    other = replace(small(), id="other", match=named("Small-4?"))
    assert recognise(advert("Small-42"), [broad, exact]) is exact
    assert recognise(advert("Small-42"), [broad, replace(broad, id="twin")]) is None
    assert ambiguities([broad, exact, other]) == []
    assert len(ambiguities([broad, replace(broad, id="twin")])) == 1


def test_name_and_service_together_are_more_specific_than_either() -> None:
    match = named("Small-*", services=(SERVICE,))
    both, name, service = (
        score(match, heard)
        for heard in (advert("Small-1", SERVICE), advert("Small-1"), advert("x", SERVICE))
    )
    assert both > service > name > 0


@pytest.mark.parametrize("pattern", ["*", "WT*", "?mall-*", "S*mall", "[WT]901*"])
def test_a_pattern_that_would_grab_strangers_is_refused(pattern: str) -> None:
    assert pattern_problem(pattern) is not None


@pytest.mark.parametrize("pattern", ["WT901*", "IMU6-????", "X1"])
def test_a_narrow_pattern_is_allowed(pattern: str) -> None:
    assert pattern_problem(pattern) is None


@given(
    st.text(alphabet="ab?*", max_size=6),
    st.text(alphabet="ab?*", max_size=6),
    st.text(alphabet="ab", max_size=6),
)
def test_two_patterns_that_fit_one_name_overlap(a: str, b: str, name: str) -> None:
    if fnmatchcase(name, a) and fnmatchcase(name, b):
        assert overlap(a, b)


def test_patterns_that_no_name_fits_both_of_do_not_overlap() -> None:
    assert not overlap("ab*", "ba*")
    assert not overlap("a?", "a")
    assert overlap("a*", "*b")
