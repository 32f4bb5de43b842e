"""Many sessions one after the other: what fails is told and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pelvicsense.datatypes.errors import PelvicsenseError, RecordingError, error_line
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.recording.session import find_sessions
from pelvicsense.runtime.analyze import Progress, analyze
from pelvicsense.runtime.result import SessionResult
from pelvicsense.runtime.write import result_folder, write_result


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """A session that was analysed.

    Attributes
    ----------
    result
        What came out.
    folder
        Where its files are.
    written
        False if results were there already and were kept.
    """

    result: SessionResult
    folder: Path
    written: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A path that is no session, or a session that cannot be analysed, and why."""

    path: Path
    error: PelvicsenseError | OSError

    @property
    def reason(self) -> str:
        """One line that names the session."""
        line = error_line(self.error)
        return line if str(self.path) in line else f"{self.path}: {line}"


def find_all(paths: Sequence[Path]) -> list[Path | Failed]:
    """Return the sessions that ``paths`` are or hold, each once, and the paths that hold none."""
    found: dict[Path, Path | Failed] = {}
    for path in paths:
        try:
            for folder in find_sessions(path):
                found.setdefault(folder.resolve(), folder)
        except (RecordingError, OSError) as error:
            found.setdefault(path, Failed(path=path, error=error))
    return list(found.values())


def analyze_all(
    sessions: Sequence[Path | Failed],
    config: PipelineConfig,
    *,
    out: Path | None = None,
    force: bool = False,
    progress: Callable[[int, float], None] | None = None,
) -> Iterator[Analysed | Failed]:
    """Analyse sessions and write their results; yield one item each, in order.

    Parameters
    ----------
    sessions
        From :func:`find_all`.
    config
        Parameters of all stages.
    out
        Write to ``out``/<session name>; none: into the session folders.
    force
        Replace results that are there already.
    progress
        Told the index of the session and which share of it is done.
    """
    taken: set[Path] = set()
    for index, session in enumerate(sessions):
        if isinstance(session, Failed):
            yield session
            continue
        report = None if progress is None else _bound(progress, index)
        folder = result_folder(session, out)
        try:
            if folder.resolve() in taken:
                problem = f"results of another session go to {folder} already; rename one"
                raise RecordingError(session, problem)
            result = analyze(session, config=config, progress=report)
            taken.add(folder.resolve())
            written = write_result(result, folder, force=force)
        except (PelvicsenseError, OSError) as error:
            yield Failed(path=session, error=error)
        else:
            yield Analysed(result=result, folder=folder, written=written)


def _bound(progress: Callable[[int, float], None], index: int) -> Progress:
    return lambda share: progress(index, share)
