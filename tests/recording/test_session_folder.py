"""A session folder: written whole or not at all, found, and played back in order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from session_parts import ORIGIN_NS, make_block, make_manifest

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind, SampleBlock, StreamInput
from pelvicsense.recording.arrival import in_arrival_order
from pelvicsense.recording.manifest import Manifest
from pelvicsense.recording.marks import PlacedMark
from pelvicsense.recording.session import Session, find_sessions, open_session, read_inputs
from pelvicsense.recording.write import write_session


def note(seconds: float, text: str = "") -> Mark:
    return Mark(host_ns=ORIGIN_NS + round(seconds * 1e9), kind=MarkKind.NOTE, text=text)


def test_written_session_reads_back(tmp_path: Path, manifest: Manifest) -> None:
    mark = Mark(host_ns=ORIGIN_NS, kind=MarkKind.LOST, sensor=Placement.PELVIS, text="3")
    groups: list[list[StreamInput]] = [
        [mark, make_block(Placement.PELVIS, 100), make_block(Placement.THIGH_LEFT, 100)],
        [note(1.2, "a, b")],
    ]
    session = write_session(tmp_path / "deep" / "s", manifest, groups)
    assert session == open_session(tmp_path / "deep" / "s")
    assert session.name == "s"
    assert session.manifest == manifest
    assert session.marks == (
        PlacedMark(after_row=0, mark=mark),
        PlacedMark(after_row=200, mark=note(1.2, "a, b")),
    )
    assert {p.stat().st_mode & 0o777 for p in session.folder.iterdir()} == {0o600}
    assert sorted(p.name for p in session.folder.parent.iterdir()) == ["s"]


def test_groups_give_the_same_files_as_one_group(tmp_path: Path, manifest: Manifest) -> None:
    blocks = [make_block(sensor, 100) for sensor in Placement]
    marks = [note(0.3, "x"), note(0.3, "y"), note(5.0, "z")]
    groups = list(in_arrival_order(blocks, marks))
    write_session(tmp_path / "many", manifest, groups)
    write_session(tmp_path / "one", manifest, [[item for group in groups for item in group]])
    for name in ("samples.csv", "marks.csv", "session.toml"):
        assert (tmp_path / "many" / name).read_text() == (tmp_path / "one" / name).read_text()


def test_arrival_order_puts_a_mark_after_what_arrived_at_or_before_it() -> None:
    block = make_block(Placement.PELVIS, 20)  # packets arrive at 0.05, 0.10, 0.15 and 0.20 s
    groups = list(in_arrival_order([block], [note(0.15), note(0.01)]))
    counts = [[len(i) if isinstance(i, SampleBlock) else "mark" for i in g] for g in groups]
    assert counts == [["mark"], [15, "mark"], [5]]


def test_rows_are_cut_at_marks(session: Session) -> None:
    marks = tuple(PlacedMark(after_row=row, mark=note(0)) for row in (0, 7, 7, 1500, 1501))
    marked = Session(folder=session.folder, manifest=session.manifest, marks=marks, torn_tail=False)
    for chunk_bytes in (5000, 10**9):
        row = 0
        seen = []
        for item in read_inputs(marked, chunk_bytes):
            if isinstance(item, Mark):
                seen.append(row)
            else:
                assert item.first_row == row
                row += len(item)
        assert row == 1500
        assert seen == [0, 7, 7, 1500, 1500]


def test_existing_session_is_never_overwritten(session: Session, manifest: Manifest) -> None:
    before = (session.folder / "samples.csv").read_bytes()
    with pytest.raises(RecordingError, match="exists already and is never overwritten; choose"):
        write_session(session.folder, manifest, [[make_block(Placement.PELVIS)]])
    assert (session.folder / "samples.csv").read_bytes() == before


def test_empty_folder_and_leftover_of_a_killed_run_are_no_hindrance(
    tmp_path: Path, manifest: Manifest
) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / ".s.partial").mkdir()
    (tmp_path / ".s.partial" / "samples.csv").write_text("torn")
    write_session(tmp_path / "s", manifest, [[make_block(Placement.PELVIS)]])
    assert find_sessions(tmp_path) == [tmp_path / "s"]
    assert [path.name for path in tmp_path.iterdir()] == ["s"]


def bad_groups(problem: str) -> list[list[StreamInput]]:
    good = make_block(Placement.PELVIS, 10)
    spoilt = good.acc.copy()
    spoilt[3, 1] = np.nan
    bad = {
        "nan": SampleBlock(
            sensor=good.sensor, host_ns=good.host_ns, tick=good.tick, acc=spoilt, gyr=good.gyr
        ),
        "falling": good,
        "tick": make_block(Placement.PELVIS, 20, per_packet=20, tick=False),
        "sensor": make_block(Placement.THIGH_RIGHT, 10),
    }
    return [[make_block(Placement.PELVIS, 15)], [bad[problem]]]


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        ("nan", "samples from row 15 on cannot be written: host_ns falls, a number is not finite"),
        ("falling", "samples from row 15 on cannot be written"),
        ("tick", "samples from row 15 on cannot be written"),
        ("sensor", "samples of thigh_right, which the manifest does not name"),
    ],
)
def test_wrong_samples_leave_nothing_behind(tmp_path: Path, problem: str, message: str) -> None:
    with pytest.raises(RecordingError, match=message):
        write_session(tmp_path / "s", make_manifest([Placement.PELVIS]), bad_groups(problem))
    assert list(tmp_path.iterdir()) == []


def test_session_without_samples_is_not_written(tmp_path: Path, manifest: Manifest) -> None:
    with pytest.raises(RecordingError, match="would hold no samples, so it is not written"):
        write_session(tmp_path / "s", manifest, [[note(0)]])
    assert list(tmp_path.iterdir()) == []


def test_sessions_are_found_sorted(session: Session, manifest: Manifest) -> None:
    parent = session.folder.parent
    write_session(parent / "run", manifest, [[make_block(Placement.PELVIS)]])
    (parent / "no-session").mkdir()
    (parent / ".hidden").mkdir()
    (parent / ".hidden" / "session.toml").touch()
    assert find_sessions(parent) == [parent / "run", parent / "walk"]
    assert find_sessions(session.folder) == [session.folder]


def test_no_session_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"holds no session: no session.toml in it or in"):
        find_sessions(tmp_path)
    with pytest.raises(RecordingError, match="expected a session folder, found none; check"):
        find_sessions(tmp_path / "nowhere")
    with pytest.raises(RecordingError, match="expected a session folder, found none; check"):
        open_session(tmp_path / "nowhere")
    with pytest.raises(RecordingError, match="every session folder needs this file"):
        open_session(tmp_path)
