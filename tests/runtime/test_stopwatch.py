from __future__ import annotations

import pytest

from pelvicsense.clock.aligner import GridAligner
from pelvicsense.runtime import stopwatch as module
from pelvicsense.runtime.stopwatch import Stopwatch


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that the stopwatch sees: one entry, moved by hand."""
    now = [0.0]
    monkeypatch.setattr(module, "perf_counter", lambda: now[0])
    return now


def test_a_section_inside_another_is_taken_off_it(ticking: list[float]) -> None:
    watch = Stopwatch()
    with watch.section("outer"):
        ticking[0] += 1.0
        with watch.section("inner"):
            ticking[0] += 5.0
        ticking[0] += 2.0
    assert watch.seconds == {"inner": 5.0, "outer": 3.0}


def test_making_items_is_timed_and_using_them_is_not(ticking: list[float]) -> None:
    def items():  # type: ignore[no-untyped-def]
        for item in range(3):
            ticking[0] += 1.0
            yield item

    watch = Stopwatch()
    for _ in watch.each("read", items()):
        ticking[0] += 10.0
    assert watch.seconds == {"read": 3.0}


def test_stages_are_as_before_when_nobody_watches_any_more() -> None:
    before = GridAligner.feed
    with Stopwatch().watching():
        assert GridAligner.feed is not before
    assert GridAligner.feed is before
