"""What must hold of a logged session, whatever happened to the sensors meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from scenarios import Played, Setting, calm
from streams import assert_same, of_kind

from pelvicsense.datatypes.arrays import FloatArray, IntArray
from pelvicsense.datatypes.gait import GaitEvent, Stride, StrideCurve
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock
from pelvicsense.fusion.vqf_filter import VqfConfig

BEFORE_S = 0.1
AFTER_S = VqfConfig().levelling_s + 0.7
"""A sensor's strides are not trusted until its filter has settled after a gap, and one more."""

SAME_TIME_S = 0.03
SAME_DROP_DEG = 1.0


def check(played: Played, touched: Iterable[Placement] = (), losses: int = 1) -> None:
    """Check everything; only the ``touched`` sensors lost their link, ``losses`` times each."""
    touched = tuple(touched)
    analysed_as_it_was_live(played)
    for sensor in played.models:
        in_order_and_once(played, sensor)
        gaps_are_marked(played, sensor)
        expected = [MarkKind.LINK_LOST, MarkKind.LINK_BACK] * (losses if sensor in touched else 0)
        assert [mark.kind for mark in played.link_marks(sensor)] == expected
        if sensor not in touched:
            ran_on(played, sensor)


def analysed_as_it_was_live(played: Played) -> None:
    """Live strides, events and curves are those of the analysis, bit for bit."""
    result = played.result
    assert_same(of_kind(played.live, Stride), result.strides)
    assert_same(of_kind(played.live, GaitEvent), result.events)
    assert_same(of_kind(played.live, StrideCurve), result.curves)


def strides(played: Played) -> list[Stride]:
    """The strides that count."""
    return [stride for stride in played.result.strides if stride.valid]


def rows_taken(played: Played, sensor: Placement) -> IntArray:
    """Which of the samples that a sensor took each recorded row is, by its tick."""
    block, spec = played.samples(sensor), played.result.manifest.sensors[sensor]
    assert block.tick is not None
    assert spec.tick_s is not None
    wrap = 2.0**spec.tick_bits if spec.tick_bits is not None else None
    row_s = spec.tick_s * (block.tick if wrap is None else np.unwrap(1.0 * block.tick, period=wrap))
    device_s = played.measured[sensor].device_s
    taken = np.empty(len(row_s), dtype=np.int64)
    runs = list(zip(_runs(row_s), _runs(device_s), strict=False))  # a reboot begins a new run
    assert sum(rows.stop - rows.start for rows, _ in runs) == len(row_s)
    for rows, samples in runs:
        nearest = np.searchsorted(device_s[samples], row_s[rows] - 0.2 / spec.rate_hz)
        taken[rows] = nearest + samples.start
        assert np.allclose(device_s[taken[rows]], row_s[rows], atol=0.2 / spec.rate_hz)
    return taken


def _runs(times_s: FloatArray) -> list[slice]:
    borders = [0, *(np.flatnonzero(np.diff(times_s) < -1.0) + 1).tolist(), len(times_s)]
    return [slice(a, b) for a, b in pairwise(borders)]


def in_order_and_once(played: Played, sensor: Placement) -> None:
    """Rows are samples in the order in which they were taken, none twice, none before its time."""
    block, measured = played.samples(sensor), played.measured[sensor]
    taken = rows_taken(played, sensor)
    assert np.all(np.diff(taken) > 0)
    assert np.all(np.diff(block.host_ns) >= 0)
    assert np.all(block.host_ns > measured.true_ns[taken])
    assert np.allclose(block.acc, measured.acc[taken], atol=0.01)
    assert np.allclose(block.gyr, measured.gyr[taken], atol=0.002)


def gaps(played: Played, sensor: Placement) -> list[tuple[int, int]]:
    """Host stamps of the last row before and the first row after each loss of the link."""
    found: list[tuple[int, int]] = []
    before_ns, is_away = played.first_ns, False
    for item in played.inputs:
        if isinstance(item, SampleBlock) and item.sensor is sensor:
            if is_away:
                found.append((before_ns, int(item.host_ns[0])))
            before_ns, is_away = int(item.host_ns[-1]), False
        elif isinstance(item, Mark) and item.sensor is sensor:
            is_away = is_away or item.kind is MarkKind.LINK_LOST
    if is_away:
        found.append((before_ns, played.last_ns))
    return found


def gaps_are_marked(played: Played, sensor: Placement) -> None:
    """Nothing comes from a sensor between ``link_lost`` and ``link_back``."""
    away = False
    for item in played.inputs:
        if isinstance(item, SampleBlock) and item.sensor is sensor:
            assert not away
        elif isinstance(item, Mark) and item.sensor is sensor:
            assert not (away and item.kind is MarkKind.LINK_LOST)
            away = away or item.kind is MarkKind.LINK_LOST
            away = away and item.kind is not MarkKind.LINK_BACK


def ran_on(played: Played, sensor: Placement) -> None:
    """A sensor lost nothing at all."""
    assert played.lost(sensor) == 0
    assert np.all(np.diff(rows_taken(played, sensor)) == 1)


def accounted(played: Played, sensor: Placement) -> int:
    """Every sample a sensor took was recorded, is announced as lost, or fell into a gap.

    Returns how many fell into gaps.
    """
    taken = rows_taken(played, sensor)
    missing = np.diff(taken) - 1
    lost = np.zeros_like(missing)
    in_gap = np.zeros(len(missing), dtype=np.bool_)
    row = -1
    for item in played.inputs:
        if isinstance(item, SampleBlock) and item.sensor is sensor:
            row += len(item)
        elif isinstance(item, Mark) and item.sensor is sensor and 0 <= row < len(missing):
            if item.kind is MarkKind.LOST:
                lost[row] += int(item.text)
            elif item.kind is MarkKind.LINK_LOST:
                in_gap[row] = True
    assert np.array_equal(missing[~in_gap], lost[~in_gap])
    assert np.all(missing[in_gap] >= lost[in_gap])
    return int(missing[in_gap].sum())


def same_outside(played: Played, *touched: Placement, setting: Setting | None = None) -> None:
    """Strides that the gaps of ``touched`` do not reach are those of an undisturbed log."""
    undisturbed = calm(setting or Setting())
    far = [s for s in strides(undisturbed) if not _reached(played, undisturbed, s, touched)]
    assert len(far) >= 12
    assert max(stride.t_contact_s for stride in far) > played.result.duration_s - 8.0
    for stride in far:
        twin = _twin(played, undisturbed, stride)
        assert twin is not None, f"no {stride.side} stride at {stride.t_contact_s:.2f} s"
        drop = twin.angles.pelvic_drop_peak_deg - stride.angles.pelvic_drop_peak_deg
        assert abs(drop) < SAME_DROP_DEG


def only_true_strides(played: Played, setting: Setting | None = None) -> None:
    """Every stride that counts is one of an undisturbed log: nothing is made up."""
    undisturbed = calm(setting or Setting())
    found = strides(played)
    assert found
    for stride in found:
        twin = _twin(undisturbed, played, stride)
        assert twin is not None, f"a {stride.side} stride at {stride.t_contact_s:.2f} s"
        drop = twin.angles.pelvic_drop_peak_deg - stride.angles.pelvic_drop_peak_deg
        assert abs(drop) < SAME_DROP_DEG


def unknown_inside(played: Played, *touched: Placement) -> None:
    """No stride that reaches into a gap of a sensor it needs counts."""
    for stride in played.result.strides:
        start_s, end_s = _span(played, stride)
        for sensor in touched:
            for away_s, back_s in away(played, sensor):
                if sensor.side in (None, stride.side) and start_s < back_s and end_s > away_s:
                    assert not stride.valid


def _reached(
    played: Played, undisturbed: Played, stride: Stride, touched: Sequence[Placement]
) -> bool:
    start_s, end_s = _span(undisturbed, stride)
    return any(
        sensor.side in (None, stride.side)
        and end_s > away_s - BEFORE_S
        and start_s < back_s + AFTER_S
        for sensor in touched
        for away_s, back_s in away(played, sensor)
    )


def _span(played: Played, stride: Stride) -> tuple[float, float]:
    return played.person_s(stride.t_contact_s), played.person_s(stride.t_end_s)


def _twin(played: Played, of: Played, stride: Stride) -> Stride | None:
    """Return the stride of a log that another log's stride is."""
    start_s, end_s = _span(of, stride)
    for other in strides(played):
        other_start_s, other_end_s = _span(played, other)
        apart_s = max(abs(other_start_s - start_s), abs(other_end_s - end_s))
        if other.side is stride.side and apart_s < SAME_TIME_S:
            return other
    return None


def away(played: Played, *touched: Placement) -> list[tuple[float, float]]:
    """The gaps of sensors in the person's time."""
    return [
        ((start - played.started_ns) * 1e-9, (end - played.started_ns) * 1e-9)
        for sensor in touched
        for start, end in gaps(played, sensor)
    ]
