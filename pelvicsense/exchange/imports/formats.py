"""Which tool wrote a file: told by its content, in the order of `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pelvicsense.datatypes.errors import ConfigurationError, RecordingError
from pelvicsense.exchange.imports import (
    bids_motion,
    mapped_csv,
    metabase,
    movella_dot,
    opensense,
    phyphox,
    sensor_logger,
    witmotion,
    xsens_mtw,
)
from pelvicsense.exchange.imports.signal import ImportedSensor, ReadOptions

_HEAD_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Format:
    """A tool's format.

    Attributes
    ----------
    name
        What ``--from`` calls it.
    recognises
        Told a file and the beginning of its text.
    read
        Reads all files of this format that were given.
    """

    name: str
    recognises: Callable[[Path, str], bool]
    read: Callable[[Sequence[Path], ReadOptions], list[ImportedSensor]]


FORMATS = {
    module.NAME: Format(module.NAME, module.recognises, module.read)
    for module in (
        opensense,
        xsens_mtw,
        movella_dot,
        metabase,
        witmotion,
        phyphox,
        sensor_logger,
        bids_motion,
        mapped_csv,
    )
}


def expand(paths: Sequence[Path]) -> list[tuple[Path, bool]]:
    """Return the files given, or in a folder given; and whether each was given by itself.

    Raises
    ------
    RecordingError
        If a path does not exist or a folder is empty.
    """
    files: dict[Path, bool] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and p.name[0] != ".")
            if not inside:
                raise RecordingError(path, "is an empty folder; expected exported files in it")
            files.update({file: files.get(file, False) for file in inside})
        elif path.is_file():
            files[path] = True
        else:
            raise RecordingError(path, "expected a file or a folder, found none; check the path")
    return list(files.items())


def sort_by_format(
    files: Sequence[tuple[Path, bool]], name: str, options: ReadOptions
) -> dict[str, list[Path]]:
    """Return the files of each format; others inside a folder are passed over.

    Parameters
    ----------
    files
        From `expand`.
    name
        A key of `FORMATS`, which a file given by itself then is; or ``auto``.
    options
        A mapping makes every table a CSV of the mapping's.

    Raises
    ------
    ConfigurationError
        If there is no such format.
    RecordingError
        If a file is of none of the formats, or no file of a folder is of the one named.
    """
    if name == "auto" and options.mapping is not None:
        name = mapped_csv.NAME
    if name == mapped_csv.NAME:
        return {name: [file for file, _ in files]}
    if name != "auto" and name not in FORMATS:
        msg = f"from: expected auto or one of {', '.join(FORMATS)}, got {name!r}"
        raise ConfigurationError(msg)
    found: dict[str, list[Path]] = {}
    for file, alone in files:
        kind = recognise(file)
        if name != "auto" and alone:  # whose reader says what it misses
            kind = name
        if kind is not None and name in ("auto", kind):
            found.setdefault(kind, []).append(file)
        elif alone:
            _refuse(file, kind, name)
    if opensense.NAME in found:  # its settings name the sensors' own files
        found.pop(xsens_mtw.NAME, None)
    if not found:
        _refuse(files[0][0].parent, None, name)
    return found


def recognise(path: Path) -> str | None:
    """Return the format of a file, if it is of one."""
    with path.open("rb") as stream:
        data = stream.read(_HEAD_BYTES)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    head = data.decode(encoding, errors="replace").replace("\r\n", "\n")
    return next((f.name for f in FORMATS.values() if f.recognises(path, head)), None)


def _refuse(path: Path, kind: str | None, name: str) -> None:
    expected = ", ".join(FORMATS) if name == "auto" else name
    got = "none of them" if kind is None else kind
    problem = (
        f"expected a file of {expected}, got {got}; unpack archives, export as text, or describe "
        "the columns with --mapping FILE.toml"
    )
    raise RecordingError(path, problem)
