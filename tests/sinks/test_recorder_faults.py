"""When the disk refuses: one clear error, and everything written before stays valid."""

from __future__ import annotations

import errno
import os
import shutil
from io import FileIO
from pathlib import Path

import pytest
from live_groups import ROWS_PER_GROUP, Spawn, flat_groups, group, recorded, recorder

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.recording.files import create_private_unbuffered
from pelvicsense.recording.packets import Packet
from pelvicsense.recording.samples import has_torn_tail
from pelvicsense.sinks import append_file


class FullDisk:
    """Hands out files; the one of a name has room for so many bytes and takes them piecemeal."""

    def __init__(self, name: str, room: int, code: int = errno.ENOSPC) -> None:
        self.name = name
        self.room = room
        self.code = code

    def create(self, path: Path) -> FileIO:
        file = create_private_unbuffered(path)
        if path.name != self.name:
            return file
        limited = _LimitedFile(os.dup(file.fileno()), "wb")
        limited.disk = self
        file.close()
        return limited


class _LimitedFile(FileIO):
    disk: FullDisk

    def write(self, data: memoryview) -> int:  # type: ignore[override]
        piece = data[: min(len(data), 700, self.disk.room)]
        if not piece:
            raise OSError(self.disk.code, os.strerror(self.disk.code))
        self.disk.room -= len(piece)
        return super().write(piece)


def fill_until_refused(out: Path, *, keep_packets: bool = False) -> tuple[Path, int, str]:
    """The folder, how many groups were accepted, and what was said then."""
    packet = Packet(host_ns=1, sensor=Placement.PELVIS, characteristic="c", data=bytes(20))
    words = ""
    with recorder(out, keep_packets=keep_packets) as sink:
        for index in range(100):
            try:
                sink.write(group(index))
                sink.write_packets([packet])
            except RecordingError as error:
                words = str(error)
                break
        with pytest.raises(RecordingError) as again:
            sink.write(group(100))
        assert str(again.value) == words
    assert sink.folder is not None
    return sink.folder, sink.row_count // ROWS_PER_GROUP, words


@pytest.mark.parametrize("room", [8000, 8001, 9555])
def test_a_full_disk_leaves_whole_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    disk = FullDisk("samples.csv", room)
    monkeypatch.setattr(append_file, "create_private_unbuffered", disk.create)
    folder, accepted, words = fill_until_refused(tmp_path)
    assert words == (
        f"{folder}/samples.csv: cannot be written: the disk is full; what was recorded is kept: "
        "free space, then start again"
    )
    assert accepted >= 2
    assert not has_torn_tail(folder)
    assert recorded(folder) == flat_groups(map(group, range(accepted)))
    assert not (folder / ".recording").exists()


def test_where_a_mark_has_no_room_its_samples_go_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk("marks.csv", 120)
    monkeypatch.setattr(append_file, "create_private_unbuffered", disk.create)
    folder, accepted, words = fill_until_refused(tmp_path)
    assert "marks.csv: cannot be written: the disk is full" in words
    assert accepted == 17  # groups 3 and 10 have a mark that finds room, 17 has not
    assert recorded(folder) == flat_groups(map(group, range(accepted)))


def test_where_a_packet_has_no_room_the_samples_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk("packets.csv", 200)
    monkeypatch.setattr(append_file, "create_private_unbuffered", disk.create)
    folder, accepted, words = fill_until_refused(tmp_path, keep_packets=True)
    assert "packets.csv: cannot be written" in words
    assert recorded(folder) == flat_groups(map(group, range(accepted)))


def test_a_file_that_cannot_even_be_cut_back_ends_in_a_torn_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: FileIO, size: int | None = None) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(_LimitedFile, "truncate", refuse, raising=False)
    disk = FullDisk("samples.csv", 8001, errno.EIO)
    monkeypatch.setattr(append_file, "create_private_unbuffered", disk.create)
    folder, accepted, words = fill_until_refused(tmp_path)
    assert "the disk does not work as it should" in words
    assert has_torn_tail(folder)
    lines = recorded(folder)
    more = flat_groups(map(group, range(accepted + 1)))  # with whole lines of the refused group
    assert lines == more[: len(lines)]
    assert len(lines) > len(flat_groups(map(group, range(accepted))))


@pytest.mark.parametrize("name", ["samples.csv", "marks.csv"])
def test_where_there_is_no_room_at_all_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(append_file, "create_private_unbuffered", FullDisk(name, 30).create)
    with recorder(tmp_path) as sink, pytest.raises(RecordingError, match="the disk is full"):
        sink.write(group(3))
    assert list(tmp_path.iterdir()) == []


LIMITED = """
import resource, sys
from pathlib import Path
from live_groups import group, recorder
from pelvicsense.datatypes.errors import RecordingError
resource.setrlimit(resource.RLIMIT_FSIZE, (20_001, 20_001))
accepted = 0
with recorder(Path(sys.argv[1])) as sink:
    try:
        while True:
            sink.write(group(accepted))
            accepted += 1
    except RecordingError as error:
        print(accepted, error, sep="\\n")
"""


def test_the_system_s_limit_of_file_sizes_leaves_whole_groups(tmp_path: Path, spawn: Spawn) -> None:
    said, _ = spawn(LIMITED, tmp_path).communicate(timeout=60)
    accepted, words = said.splitlines()
    (folder,) = tmp_path.iterdir()
    assert words.startswith(f"{folder}/samples.csv: cannot be written: the file may not grow")
    assert int(accepted) >= 5
    assert recorded(folder) == flat_groups(map(group, range(int(accepted))))


def test_a_folder_that_is_removed_is_noticed_at_once(tmp_path: Path) -> None:
    with recorder(tmp_path) as sink:
        sink.write(group(0))
        assert sink.folder is not None
        shutil.rmtree(sink.folder)
        with pytest.raises(RecordingError, match=r"samples\.csv: .*it was removed meanwhile"):
            sink.write(group(1))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_moved_goes_on(tmp_path: Path) -> None:
    with recorder(tmp_path) as sink:
        sink.write(group(0))
        assert sink.folder is not None
        moved = sink.folder.rename(tmp_path / "moved")
        sink.write(group(1))
        sink.sync()
    assert recorded(moved) == flat_groups([group(0), group(1)])


def test_a_failing_disk_is_told_by_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = recorder(tmp_path)
    sink.write(group(0))

    def refuse(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(RecordingError, match="the disk does not work as it should"):
        sink.sync()
    with pytest.raises(RecordingError, match="the disk does not work as it should"):
        sink.write(group(1))
    sink.close()
    assert sink.folder is not None
    assert recorded(sink.folder) == flat_groups([group(0)])


def test_a_failing_disk_is_told_by_close(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = recorder(tmp_path)
    sink.write(group(0))

    def refuse(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(RecordingError, match="the disk does not work as it should"):
        sink.close()
    assert sink.folder is not None
    assert not (sink.folder / ".recording").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with recorder(tmp_path) as sink, pytest.raises(RecordingError, match="not permitted"):
        sink.write(group(0))
    tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EROFS, "the disk is read-only; choose another folder"),
        (errno.EACCES, "writing is not permitted; choose another folder"),
        (errno.ENAMETOOLONG, "File name too long; choose another folder"),
    ],
)
def test_a_folder_that_cannot_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    def refuse(path: Path, mode: int = 0o777) -> None:
        raise OSError(code, os.strerror(code))

    with recorder(tmp_path) as sink:
        monkeypatch.setattr(os, "mkdir", refuse)
        with pytest.raises(RecordingError, match=f"{tmp_path}: cannot be written: {words}"):
            sink.write(group(0))


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with recorder(tmp_path / "out") as sink, pytest.raises(RecordingError, match="choose another"):
        sink.write(group(0))
