"""marks.csv: order against samples, round trip, errors with their line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, MarkKind
from pelvicsense.recording.marks import MARK_HEADER, PlacedMark, encode_mark, read_marks

HEADER = "host_ns,after_row,kind,sensor,text\n"
ONE_LINE = st.text(st.characters(codec="utf-8"), max_size=20).filter(
    lambda text: text.splitlines() in ([], [text])
)


def test_no_file_means_no_marks(tmp_path: Path) -> None:
    assert read_marks(tmp_path) == ()


@settings(max_examples=60, deadline=None)
@given(
    text=ONE_LINE,
    kind=st.sampled_from([kind for kind in MarkKind if kind is not MarkKind.LOST]),
    sensor=st.none() | st.sampled_from(Placement),
    host_ns=st.integers(0, 2**63 - 1),
)
def test_any_mark_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    kind: MarkKind,
    sensor: Placement | None,
    host_ns: int,
) -> None:
    folder = tmp_path_factory.mktemp("marks")
    placed = PlacedMark(
        after_row=3, mark=Mark(host_ns=host_ns, kind=kind, sensor=sensor, text=text)
    )
    (folder / "marks.csv").write_bytes(MARK_HEADER + b"\n" + encode_mark(placed) * 2)
    assert read_marks(folder) == (placed, placed)


def test_line_breaks_become_spaces() -> None:
    mark = Mark(host_ns=1, kind=MarkKind.NOTE, text="left,\nthen right\r\n")
    assert encode_mark(PlacedMark(after_row=2, mark=mark)) == b'1,2,note,,"left, then right"\n'


@pytest.mark.parametrize("tail", ['9,4,note,,"torn', "9", "9,4,note,,"])
def test_torn_last_line_is_dropped(tmp_path: Path, tail: str) -> None:
    (tmp_path / "marks.csv").write_text(HEADER + "8,4,sync,,clap\n" + tail)
    assert [placed.mark.text for placed in read_marks(tmp_path)] == ["clap"]


@pytest.mark.parametrize("start", ["", "host_ns,af"])
def test_file_torn_before_its_first_line_ended_holds_no_marks(tmp_path: Path, start: str) -> None:
    (tmp_path / "marks.csv").write_text(start)
    assert read_marks(tmp_path) == ()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("9,5,note,", r"expected 5 columns \(host_ns,after_row,kind,sensor,text\), got 4"),
        ("", "expected 5 columns .*, got 0"),
        ("x,5,note,,", "host_ns: expected a whole number, 0 or more, got 'x'"),
        ("9,-5,note,,", "after_row: expected a whole number, 0 or more, got '-5'"),
        ("9,3,note,,", "after_row: expected 4 or more, got 3; marks must be in order"),
        ("9,5,nap,,", "kind: expected one of link_lost, .*sync, got 'nap'"),
        ("9,5,note,chest,", "sensor: expected one of pelvis, .* or nothing, got 'chest'"),
        ("9,5,lost,pelvis,some", "text: expected the number of samples lost, got 'some'"),
        ('9,5,note,,"a"b', "is no valid CSV: "),
    ],
)
def test_wrong_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "marks.csv"
    path.write_text(HEADER + "8,4,sync,,clap\n" + line + "\n")
    with pytest.raises(RecordingError, match=problem) as caught:
        read_marks(tmp_path)
    assert str(caught.value).startswith(f"{path}:3: ")


def test_wrong_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "marks.csv").write_text("time,text\n")
    with pytest.raises(RecordingError, match=r"marks.csv:1: expected the header .*got 'time,text'"):
        read_marks(tmp_path)
