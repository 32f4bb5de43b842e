"""A simulated person as a session folder, with the exact truth beside the samples."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pelvicsense.datatypes.gait import Stride
from pelvicsense.recording.arrival import in_arrival_order
from pelvicsense.recording.files import write_private
from pelvicsense.recording.manifest import Manifest, Person, SessionActivity
from pelvicsense.recording.session import Session
from pelvicsense.recording.stride_table import BASE_COLUMNS, STRIDE_COLUMNS, encode_strides
from pelvicsense.recording.write import write_session
from pelvicsense.synthetic import PersonConfig, SimulatedSession

TRUTH_FILE = "truth.csv"

INVENTED_START = datetime(2026, 1, 1, tzinfo=UTC)
"""``started_at`` of a simulated session: fixed, so that equal commands give equal bytes."""


def write_simulated(
    folder: Path,
    simulated: SimulatedSession,
    person: PersonConfig,
    *,
    activity: SessionActivity,
    subject: str,
    speed_mps: float | None = None,
) -> Session:
    """Write a session and its truth.csv.

    Raises
    ------
    RecordingError
        If ``folder`` exists already and is not empty.
    """
    manifest = Manifest(
        started_at=INVENTED_START,
        subject=subject,
        activity=activity,
        speed_mps=speed_mps,
        person=Person(height_m=person.height_m, leg_length_m=person.leg_length_m),
        sensors={spec.placement: spec for spec in simulated.specs},
    )
    blocks = list(simulated.blocks.values())
    session = write_session(folder, manifest, in_arrival_order(blocks, simulated.marks))
    write_private(folder / TRUTH_FILE, encode_truth(simulated.truth_strides))
    return session


def encode_truth(strides: Sequence[Stride]) -> bytes:
    """Return truth.csv: the columns of strides.csv up to ``flags``; a truth has no error."""
    extra = len(STRIDE_COLUMNS) - len(BASE_COLUMNS)
    lines = encode_strides(strides).decode().splitlines()
    return "".join(line.rsplit(",", extra)[0] + "\n" for line in lines).encode()
