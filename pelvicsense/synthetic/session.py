"""What a simulation yields: the stream as a host would see it, and the truth behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.gait import GaitEvent, Stride
from pelvicsense.datatypes.placement import Placement, Side
from pelvicsense.datatypes.samples import Mark, SampleBlock, SensorSpec, StreamInput
from pelvicsense.numerics.quaternion import conjugate, multiply
from pelvicsense.synthetic.sensors import Slip, slipped


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TruthFrames:
    """True angles at 100 Hz, deg; row ``k`` is ``k / 100`` s after the first host_ns.

    Attributes
    ----------
    t_s
        (n,) seconds since the first host_ns.
    obliquity_deg
        (n,) right side up positive.
    flexion_deg, adduction_deg, rotation_deg
        Per side (n,); flexion, adduction, internal rotation positive.
    """

    t_s: FloatArray
    obliquity_deg: FloatArray
    flexion_deg: Mapping[Side, FloatArray]
    adduction_deg: Mapping[Side, FloatArray]
    rotation_deg: Mapping[Side, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WornTruth:
    """How one sensor was worn and what its errors are; for analysing, never for computing results.

    Attributes
    ----------
    sensor_from_segment
        (4,) quaternion wxyz, until the first slip.
    gyr_bias, acc_bias
        (3,) rad/s, m/s², sensor frame.
    skew_ppm
        Rate of the device clock against the host's, minus one.
    sample_t_s
        (n,) true times of the samples that arrived, s since the first host_ns.
    slips
        How the sensor turned on its segment; ``at_s`` since the first host_ns.
    """

    sensor_from_segment: FloatArray
    gyr_bias: FloatArray
    acc_bias: FloatArray
    skew_ppm: float
    sample_t_s: FloatArray
    slips: tuple[Slip, ...] = ()

    def sensor_from_segment_at(self, t_s: FloatArray) -> FloatArray:
        """Return the mounting, quaternions wxyz (n, 4), at times (n,), slips included."""
        return multiply(self.sensor_from_segment, conjugate(slipped(self.slips, t_s)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulatedSession:
    """A simulated recording and its truth; times are seconds since the first host_ns.

    Attributes
    ----------
    specs
        What is known about the sensors beforehand.
    blocks
        Per sensor all samples in order of arrival.
    marks
        Link events and still marks in order of time.
    still_windows
        [start, end) of standing, inset so that no motion touches it.
    steady_windows
        [start, end) of gait at full amplitude, where every contact is a definite one.
    truth_strides, truth_events, truth_frames, truth_worn
        The truth.
    """

    specs: tuple[SensorSpec, ...]
    blocks: Mapping[Placement, SampleBlock]
    marks: tuple[Mark, ...]
    still_windows: tuple[tuple[float, float], ...]
    steady_windows: tuple[tuple[float, float], ...]
    truth_strides: tuple[Stride, ...]
    truth_events: tuple[GaitEvent, ...]
    truth_frames: TruthFrames
    truth_worn: Mapping[Placement, WornTruth]

    @property
    def origin_ns(self) -> int:
        """The first host_ns."""
        return min(int(block.host_ns[0]) for block in self.blocks.values() if len(block))

    def stream(self, group_s: float = 10.0) -> Iterator[list[StreamInput]]:
        """Yield everything in groups of ``group_s`` of host time, cut wherever a mark falls.

        A mark opens its group: it stands before every sample that arrived with it or after it.
        """
        last_ns = max(int(block.host_ns[-1]) for block in self.blocks.values() if len(block))
        regular = range(self.origin_ns, last_ns + 1, max(1, round(group_s * 1e9)))
        cuts = sorted({*regular, *(mark.host_ns for mark in self.marks)})
        pending = list(self.marks)
        done = dict.fromkeys(self.blocks, 0)
        for start_ns, stop_ns in zip(cuts, [*cuts[1:], 2**63 - 1], strict=True):
            group: list[StreamInput] = []
            while pending and pending[0].host_ns <= start_ns:
                group.append(pending.pop(0))
            for sensor, block in self.blocks.items():
                stop = int(np.searchsorted(block.host_ns, stop_ns))
                if stop > done[sensor]:
                    group.append(_rows(block, slice(done[sensor], stop)))
                    done[sensor] = stop
            if group:
                yield group


def _rows(block: SampleBlock, rows: slice) -> SampleBlock:
    return SampleBlock(
        sensor=block.sensor,
        host_ns=block.host_ns[rows],
        tick=None if block.tick is None else block.tick[rows],
        acc=block.acc[rows],
        gyr=block.gyr[rows],
    )
