"""Where the time of an analysis goes, measured from outside: the core never asks the time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from types import FunctionType
from typing import ParamSpec, TypeVar

from pelvicsense.calibration.still import StillFinder
from pelvicsense.calibration.tracker import HeadingTracker
from pelvicsense.clock.aligner import GridAligner
from pelvicsense.fusion.stage import FusionStage
from pelvicsense.gait.contacts import ContactDetector
from pelvicsense.pipeline.calibrator import Calibrator
from pelvicsense.pipeline.meter import StrideMeter
from pelvicsense.pipeline.tracking import Tracking

T = TypeVar("T")
P = ParamSpec("P")

STAGES: tuple[tuple[str, type], ...] = (
    ("clock", GridAligner),
    ("fusion", FusionStage),
    ("calibration", StillFinder),
    ("calibration", Calibrator),
    ("segments, strides", Tracking),
    ("gait", ContactDetector),
    ("heading", HeadingTracker),
    ("metrics", StrideMeter),
)
"""Label and stage; a stage called by another one is taken off the caller's time."""


class Stopwatch:
    """Seconds by label; of nested sections each counts only what is its own.

    For one thread, and one stopwatch at a time.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner = [0.0]

    @contextmanager
    def section(self, label: str) -> Iterator[None]:
        """Add the time spent inside to ``label``."""
        start = self._begin()
        try:
            yield
        finally:
            self._end(label, start)

    def _begin(self) -> float:
        self._inner.append(0.0)
        return perf_counter()

    def _end(self, label: str, start: float) -> None:
        spent = perf_counter() - start
        own = spent - self._inner.pop()
        self._inner[-1] += spent
        self.seconds[label] = self.seconds.get(label, 0.0) + own

    def each(self, label: str, items: Iterable[T]) -> Iterator[T]:
        """Yield ``items``, adding the time that making them takes to ``label``."""
        iterator = iter(items)
        while True:
            with self.section(label):
                try:
                    item = next(iterator)
                except StopIteration:
                    return
            yield item

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Time every stage of any pipeline meanwhile, by wrapping its public methods."""
        originals = [
            (label, kind, name, method)
            for label, kind in STAGES
            for name, method in vars(kind).items()
            if isinstance(method, FunctionType) and not name.startswith("_")
        ]
        try:
            for label, kind, name, method in originals:
                setattr(kind, name, self._timed(label, method))
            yield
        finally:
            for _, kind, name, method in originals:
                setattr(kind, name, method)

    def _timed(self, label: str, method: Callable[P, T]) -> Callable[P, T]:
        def timed(*args: P.args, **kwargs: P.kwargs) -> T:
            start = self._begin()
            try:
                return method(*args, **kwargs)
            finally:
                self._end(label, start)

        return timed
