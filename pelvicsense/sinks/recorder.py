"""Inputs into a session folder as they arrive, so that nothing but a moment can be lost."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, StreamInput
from pelvicsense.recording.arrival import stretches
from pelvicsense.recording.manifest import Manifest
from pelvicsense.recording.marks import PlacedMark, encode_mark
from pelvicsense.recording.packets import Packet, encode_packet
from pelvicsense.recording.row_order import RowOrder
from pelvicsense.recording.rows import SampleRows, encode_few_rows, rows_from_blocks
from pelvicsense.sinks.session_files import SessionFiles, begin_session
from pelvicsense.sinks.unfinished import forget_unfinished

MakeManifest = Callable[[datetime], Manifest]
"""Makes the manifest once the wall clock of the first sample is known."""

WallTime = Callable[[int], datetime]
"""Gives the wall clock, with its offset from UTC, of a ``host_ns``."""

_EARLY_PACKETS = 10_000
"""Packets held until the first sample; the oldest go first. A minute of three sensors has fewer."""

_SENSORS = tuple(Placement)


def wall_time(clock_ns: Callable[[], int]) -> WallTime:
    """Return what gives the local wall clock of a stamp of ``clock_ns``, the host's clock."""

    def at(host_ns: int) -> datetime:
        ago = timedelta(microseconds=(clock_ns() - host_ns) / 1000)
        return datetime.now().astimezone() - ago

    return at


class SessionRecorder:
    """Records one session; for one event loop, with :meth:`sync` in a thread.

    The session folder appears with the first sample: without samples, nothing is left behind. Every
    group is with the operating system when :meth:`write` returns, so a killed program loses no
    written group, and a power cut what came after the last :meth:`sync`. A group that cannot be
    written is left out whole, and nothing is written after it: the session then ends there.

    Parameters
    ----------
    out
        Where session folders lie; made if it is not there.
    make_manifest
        Called once, at the first sample.
    wall_time
        See :func:`wall_time`.
    keep_packets
        Also keep raw notifications, in packets.csv.
    """

    def __init__(
        self,
        out: Path,
        make_manifest: MakeManifest,
        wall_time: WallTime,
        *,
        keep_packets: bool = False,
    ) -> None:
        self.row_count = 0
        self.manifest: Manifest | None = None
        self._out = out
        self._make_manifest = make_manifest
        self._wall_time = wall_time
        self._keep_packets = keep_packets
        self._early_marks = b""
        self._early_packets: deque[bytes] = deque(maxlen=_EARLY_PACKETS)
        self._order = RowOrder()
        self._files: SessionFiles | None = None
        self._failure: RecordingError | None = None
        self._closed = False
        self._in_use = threading.Lock()  # no file may be closed while a thread syncs it

    @property
    def folder(self) -> Path | None:
        """The session folder; none before the first sample."""
        return self._files.folder if self._files is not None else None

    @property
    def byte_count(self) -> int:
        """Bytes recorded so far."""
        return self._files.byte_count if self._files is not None else 0

    def write(self, group: Sequence[StreamInput]) -> None:
        """Write a group as the pipeline takes it.

        Between two marks rows are sorted by ``host_ns``, equal stamps in the order of the blocks.

        Raises
        ------
        RecordingError
            If the files cannot be written, samples contradict each other or the manifest, or
            something failed before.
        """
        with self._ending_at_a_failure():
            rows, marks, row_count = self._encoded(group)
            if self._files is not None:
                self._files.append_group(rows, marks)
            elif self.manifest is not None:  # made for the first samples, just now
                self._begin(self.manifest, rows, self._early_marks + marks)
            else:
                self._early_marks += marks
            self.row_count = row_count

    def write_packets(self, packets: Sequence[Packet]) -> None:
        """Write raw notifications, where they are kept; held back until the first sample.

        Raises
        ------
        RecordingError
            If the file cannot be written, or something failed before.
        """
        if not self._keep_packets:
            return
        with self._ending_at_a_failure():
            lines = map(encode_packet, packets)
            if self._files is not None:
                self._files.append_packets(b"".join(lines))
            else:
                self._early_packets.extend(lines)

    def sync(self) -> None:
        """Return once everything written before the call would survive a power cut.

        To be called once a second, in a thread: a slow disk takes its time.

        Raises
        ------
        RecordingError
            If the disk fails.
        """
        with self._in_use:
            if self._files is None or self._closed:
                return
            with self._ending_at_a_failure():
                self._files.sync()

    def close(self) -> None:
        """End the session; what was written is safe afterwards.

        Raises
        ------
        RecordingError
            If the disk fails.
        """
        try:
            if self._failure is None:
                self.sync()
        finally:
            with self._in_use:
                if self._files is not None and not self._closed:
                    self._files.close()
                self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _ending_at_a_failure(self) -> Iterator[None]:
        """Let nothing be written after what failed: a recording has no holes that nobody knows."""
        if self._closed:
            msg = "the recorder is closed"
            raise ValueError(msg)
        if self._failure is not None:
            raise self._failure
        try:
            yield
        except RecordingError as error:
            self._failure = error
            raise

    def _begin(self, manifest: Manifest, rows: bytes, marks: bytes) -> None:
        packets = b"".join(self._early_packets) if self._keep_packets else None
        self._files = begin_session(self._out, manifest, rows, marks, packets)
        self._early_packets.clear()
        forget_unfinished(self._out, manifest.subject)  # this one says that it carries them on

    def _encoded(self, group: Sequence[StreamInput]) -> tuple[bytes, bytes, int]:
        """Return a group's lines of samples.csv and marks.csv, and the rows up to its end."""
        rows: list[bytes] = []
        marks: list[bytes] = []
        row_count = self.row_count
        for item in stretches(group):
            if isinstance(item, Mark):
                marks.append(encode_mark(PlacedMark(after_row=row_count, mark=item)))
            else:
                stretch = rows_from_blocks(item, _SENSORS, row_count)
                self._admit(stretch)
                rows.append(encode_few_rows(stretch))
                row_count += len(stretch)
        return b"".join(rows), b"".join(marks), row_count

    def _admit(self, rows: SampleRows) -> None:
        """Check rows that are to be written."""
        if self.manifest is None:
            self.manifest = self._make_manifest(self._wall_time(int(rows.host_ns[0])))
        where = self.folder or self._out
        for code in np.unique(rows.code):
            if _SENSORS[code] not in self.manifest.sensors:
                problem = f"samples of {_SENSORS[code]}, which the manifest does not name"
                raise RecordingError(where, problem)
        if not self._order.admit(rows):
            problem = (
                f"samples from row {rows.first_row} on cannot be written: host_ns falls, a number "
                "is not finite, or a sensor has a tick in some samples only"
            )
            raise RecordingError(where, problem)
