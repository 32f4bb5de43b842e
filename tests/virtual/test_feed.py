"""What worn sensors measure: one motion, one time, rest before and after, own errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_sensor import ramp_person

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.recording.samples import read_samples
from pelvicsense.recording.session import open_session
from pelvicsense.synthetic import ImuErrors
from pelvicsense.virtual.feed import Person
from pelvicsense.virtual.people import recorded_person, simulated_person

RECORDING = Path(__file__).parents[2] / "recordings" / "walk"


@pytest.fixture(scope="module")
def walker() -> Person:
    return simulated_person("walk", 25.0, seed=4)


def fresh(person: Person) -> Person:
    return Person(tracks=person.tracks, errors=person.errors, seed=person.seed)


def test_person_time_begins_with_the_last_sensor() -> None:
    person = ramp_person()
    feeds = [person.feed(placement) for placement in Placement]
    for feed, start_s in zip(feeds, (100.0, 103.0, 107.0), strict=True):
        assert person.started_s is None
        feed.measure(np.array([start_s]), 100.0)
    assert person.started_s == 107.0
    acc, gyr = feeds[0].measure(np.array([110.0, 112.5]), 100.0)
    np.testing.assert_allclose(acc[:, 0], [3.0, 5.5], atol=1e-9)
    np.testing.assert_allclose(gyr[:, 0], [6.0, 11.0], atol=1e-9)


def test_sensors_not_worn_are_not_waited_for() -> None:
    person = ramp_person()
    person.wears_only([Placement.PELVIS])
    person.feed(Placement.PELVIS).measure(np.array([5.0]), 100.0)
    assert person.started_s == 5.0


def test_rest_before_and_after() -> None:
    person = ramp_person(seconds=2.0)
    person.started_s = 10.0
    acc, gyr = person.feed(Placement.PELVIS).measure(np.array([9.0, 11.0, 50.0, 99.0]), 100.0)
    assert (gyr[[0, 2, 3]] == 0.0).all()
    assert (acc[2] == acc[3]).all()
    assert gyr[1, 0] == pytest.approx(2.0)


def test_motion_repeats() -> None:
    person = ramp_person(seconds=2.0)
    person.repeat_s, person.started_s = 1.5, 10.0
    acc, _ = person.feed(Placement.PELVIS).measure(np.array([11.0, 12.5, 14.0]), 100.0)
    np.testing.assert_allclose(acc[:, 0], 1.0, atol=1e-9)


def test_grouping_changes_nothing(walker: Person) -> None:
    times_s = 50.0 + np.arange(0.0, 10.0, 0.01)
    one, other = fresh(walker), fresh(walker)
    one.started_s = other.started_s = 50.0
    whole = one.feed(Placement.THIGH_LEFT).measure(times_s, 100.0)
    feed = other.feed(Placement.THIGH_LEFT)
    parts = [feed.measure(part, 100.0) for part in np.array_split(times_s, [1, 3, 3, 400, 999])]
    for axis in range(2):
        assert (whole[axis] == np.concatenate([part[axis] for part in parts])).all()


def test_each_sensor_has_errors_of_its_own(walker: Person) -> None:
    person = fresh(walker)
    person.started_s = 50.0
    still = [person.feed(p).measure(51.0 + np.arange(300) / 100, 100.0) for p in Placement]
    biases = np.degrees([gyr.mean(axis=0) for _, gyr in still])
    assert (np.abs(biases) < 0.6).all()
    assert len({tuple(np.round(bias, 3)) for bias in biases}) == len(Placement)
    noise = np.degrees(np.std([gyr for _, gyr in still], axis=1))
    expected = ImuErrors().gyr_noise_dps_rthz * np.sqrt(50.0)
    np.testing.assert_allclose(noise, expected, rtol=0.2)


def test_standing_first_and_last_measures_gravity(walker: Person) -> None:
    person = fresh(walker)
    person.started_s = 0.0
    acc, _ = person.feed(Placement.PELVIS).measure(np.array([0.5, 3.0, 24.0, 40.0]), 100.0)
    np.testing.assert_allclose(np.linalg.norm(acc, axis=1), 9.81, atol=0.2)
    assert len(walker.strides) > 10


def test_a_recorded_person_measures_what_was_recorded() -> None:
    person = recorded_person(RECORDING)
    manifest = open_session(RECORDING).manifest
    first = next(iter(read_samples(RECORDING, manifest)))
    block = next(block for block in first if block.sensor is Placement.PELVIS)
    assert block.tick is not None
    tick_s = manifest.sensors[Placement.PELVIS].tick_s
    assert tick_s is not None
    device_s = (block.tick - block.tick[0]) * tick_s
    track = person.tracks[Placement.PELVIS]
    acc, gyr = track.at(track.start_s + device_s[5:-5])
    assert np.sqrt(np.mean((acc - block.acc[5:-5]) ** 2)) < 0.3
    assert np.sqrt(np.mean((gyr - block.gyr[5:-5]) ** 2)) < 0.05


@pytest.mark.parametrize(
    ("activity", "duration_s", "words"),
    [("swim", 60.0, "walk, run, stairs, got 'swim'"), ("walk", 10.0, "at least 25 s, got 10 s")],
)
def test_what_cannot_be_simulated_is_refused(activity: str, duration_s: float, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        simulated_person(activity, duration_s, seed=1)
