"""The packets that each shipped profile carries, and that it says where its facts are from."""

from __future__ import annotations

import pytest
from shipped import PROFILES

from pelvicsense.decoding.vectors import vector_problems
from pelvicsense.profiles.recognise import ambiguities
from pelvicsense.profiles.schema import FACTS, Profile, Vector

VECTORS = [
    pytest.param(profile, vector, id=f"{name}-line-{vector.line}")
    for name, profile in PROFILES.items()
    for vector in profile.vectors
]


@pytest.mark.parametrize(("profile", "vector"), VECTORS)
def test_vector(profile: Profile, vector: Vector) -> None:
    assert vector_problems(profile, vector) == []


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_says_where_its_facts_are_from(profile: Profile) -> None:
    assert profile.sources
    assert profile.vectors
    asked = set(FACTS) - ({"battery"} if not _has_battery(profile) else set())
    assert asked == set(profile.confidence)


@pytest.mark.parametrize(("name", "profile"), PROFILES.items(), ids=PROFILES)
def test_file_is_named_after_it(name: str, profile: Profile) -> None:
    assert profile.id == name


def test_no_advert_fits_two_profiles_equally() -> None:
    assert ambiguities(list(PROFILES.values())) == []


def _has_battery(profile: Profile) -> bool:
    return any(variant.behaviour.battery is not None for variant in profile.variants)
