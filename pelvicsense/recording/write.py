"""A new session folder: whole, or not there at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, StreamInput
from pelvicsense.recording.arrival import stretches
from pelvicsense.recording.files import create_private, flush_to_disk, write_private
from pelvicsense.recording.manifest import Manifest, write_manifest
from pelvicsense.recording.marks import MARK_HEADER, MARKS_FILE, PlacedMark, encode_mark
from pelvicsense.recording.row_order import RowOrder
from pelvicsense.recording.rows import (
    HEADER,
    SAMPLES_FILE,
    SampleRows,
    encode_rows,
    rows_from_blocks,
)
from pelvicsense.recording.session import Session, open_session


class SessionDraft:
    """A session that is being written: rows and marks in order of arrival, then the manifest.

    Parameters
    ----------
    folder
        The folder under construction.
    target
        Where it will be, for messages.
    """

    def __init__(self, folder: Path, target: Path) -> None:
        self.folder = folder
        self.row_count = 0
        self._target = target
        self._order = RowOrder()
        self._first_host_ns = 0
        self._marks: list[PlacedMark] = []
        self._samples = create_private(folder / SAMPLES_FILE)
        self._samples.write(HEADER + b"\n")

    def add_rows(self, rows: SampleRows) -> None:
        """Write rows behind the ones already there.

        Raises
        ------
        RecordingError
            If a number is not finite, ``host_ns`` falls, or a sensor has a tick in some rows only.
        """
        if not len(rows):
            return
        if not self._order.admit(rows):
            problem = (
                f"samples from row {self.row_count} on cannot be written: host_ns falls, a number "
                "is not finite, or a sensor has a tick in some samples only"
            )
            raise RecordingError(self._target, problem)
        if not self.row_count:
            self._first_host_ns = int(rows.host_ns[0])
        self._samples.write(encode_rows(rows))
        self.row_count += len(rows)

    def add_inputs(self, inputs: Iterable[SampleRows | Mark]) -> None:
        """Write rows and marks in the order given."""
        for item in inputs:
            if isinstance(item, Mark):
                self.add_mark(item)
            else:
                self.add_rows(item)

    def add_mark(self, mark: Mark) -> None:
        """Place a mark after the rows already there."""
        self._marks.append(PlacedMark(after_row=self.row_count, mark=mark))

    def span_ns(self) -> tuple[int, int]:
        """Return the arrival of the first and of the last sample.

        Raises
        ------
        RecordingError
            If there are no samples.
        """
        if self._order.last_host_ns is None:
            raise RecordingError(self._target, "would hold no samples, so it is not written")
        return self._first_host_ns, self._order.last_host_ns

    def close(self) -> None:
        """Finish the files.

        Raises
        ------
        RecordingError
            If there are no samples.
        """
        self.span_ns()
        flush_to_disk(self._samples)
        self._samples.close()
        if self._marks:
            lines = [MARK_HEADER + b"\n", *map(encode_mark, self._marks)]
            write_private(self.folder / MARKS_FILE, b"".join(lines))

    def abandon(self) -> None:
        """Remove everything written so far."""
        self._samples.close()
        shutil.rmtree(self.folder)


@contextmanager
def new_session(folder: Path) -> Iterator[SessionDraft]:
    """Write a session beside its place and move it there once it is whole.

    Raises
    ------
    RecordingError
        If ``folder`` exists and is not empty: a session is never overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        problem = "exists already and is never overwritten; choose another name or remove it"
        raise RecordingError(folder, problem)
    place = folder.resolve()
    partial = place.with_name(f".{place.name}.partial")
    if partial.exists():  # of a run that was killed
        shutil.rmtree(partial)
    partial.mkdir(parents=True)
    draft = SessionDraft(partial, folder)
    try:
        yield draft
        draft.close()
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    except BaseException:
        draft.abandon()
        raise


def write_session(
    folder: Path, manifest: Manifest, groups: Iterable[Sequence[StreamInput]]
) -> Session:
    """Write a session from the pipeline's inputs.

    Parameters
    ----------
    folder
        Where; must not exist or be empty.
    manifest
        What was worn where.
    groups
        Groups of inputs as the pipeline takes them. Between two marks the rows of a group are
        sorted by ``host_ns``, equal stamps in the order of the blocks.

    Raises
    ------
    RecordingError
        If ``folder`` exists already, there are no samples, or they contradict each other or the
        manifest; nothing is left behind then.
    """
    sensors = tuple(manifest.sensors)
    with new_session(folder) as draft:
        for group in groups:
            _add_group(draft, folder, group, sensors)
        write_manifest(draft.folder, manifest)
    return open_session(folder)


def _add_group(
    draft: SessionDraft,
    folder: Path,
    group: Sequence[StreamInput],
    sensors: tuple[Placement, ...],
) -> None:
    for item in stretches(group):
        if isinstance(item, Mark):
            draft.add_mark(item)
            continue
        for block in item:
            if block.sensor not in sensors:
                problem = f"samples of {block.sensor}, which the manifest does not name"
                raise RecordingError(folder, problem)
        draft.add_rows(rows_from_blocks(item, sensors, draft.row_count))
