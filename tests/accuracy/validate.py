"""Measure everything and write VALIDATION.md: ``make accuracy``.

Needs ``tests`` on the path. What was measured is kept (`cases`): stopped with Ctrl-C, it goes on
from there when started again.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing import Pool
from pathlib import Path

from cases import (
    Case,
    DriftCase,
    ReferenceCase,
    SyntheticCase,
    forget_other_code,
    measured,
)
from drift import DriftTask
from drift import Path as Way
from filters import compared_filters
from measure import Measured
from report import validation_text
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from sessions import ROOT, SensorSet, reference_folders

from pelvicsense.datatypes.placement import Activity
from pelvicsense.synthetic.population import TASKS, Condition, Group

PEOPLE, QUICK_PEOPLE = 12, 2
FILTER_PEOPLE = 2
"""The other filters are up to a thousand times slower: they see the first few people only."""

CLEAN = "_clean"


def chosen_cases(group: Group, quick: bool) -> list[Case]:
    """Everything to measure, the longest first, so that no process is left with it at the end."""
    return [
        *([] if quick else drift_cases()),
        *filter_cases(group, quick),
        *(ReferenceCase(folder.name) for folder in reference_folders()),
        *(
            SyntheticCase(group, number, activity, condition)
            for activity, condition in sorted(TASKS, key=lambda task: task[1] != Condition.TRACK)
            for number in range(QUICK_PEOPLE if quick else PEOPLE)
        ),
    ]


def drift_cases() -> list[Case]:
    """An hour of walking and of running on every path, 20 minutes of stairs."""
    hours = [
        DriftTask(activity, 60.0, way) for activity in (Activity.RUN, Activity.WALK) for way in Way
    ]
    return [DriftCase(task) for task in (*hours, DriftTask(Activity.STAIRS_UP, 20.0))]


def filter_cases(group: Group, quick: bool) -> list[Case]:
    both = (SensorSet.BOTH,)
    cases: list[Case] = []
    for name in compared_filters()[1:]:  # the default filter is measured on everything
        folders = [folder.name for folder in reference_folders() if folder.name.endswith(CLEAN)]
        cases += [ReferenceCase(folder, both, name) for folder in folders[:: 6 if quick else 1]]
        cases += [
            SyntheticCase(group, number, activity, Condition.LEVEL, both, name)
            for activity in Activity
            if (activity, Condition.LEVEL) in TASKS
            for number in range(1 if quick else FILTER_PEOPLE)
        ]
    return cases


def run_all(cases: Sequence[Case], workers: int, console: Console) -> Measured:
    """Measure in parallel; results are gathered in the order of ``cases``, whatever came first."""
    columns = (
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    results: dict[int, Measured] = {}
    with (
        Progress(*columns, console=console) as progress,
        Pool(workers, initializer=_leave_interrupts_to_the_parent) as pool,
    ):
        bar = progress.add_task("measuring", total=len(cases))
        for index, result in pool.imap_unordered(_numbered, enumerate(cases)):
            results[index] = result
            progress.advance(bar)
    total = Measured()
    for index in range(len(cases)):
        total.add(results[index])
    return total


def _leave_interrupts_to_the_parent() -> None:
    """Leaving the pool's ``with`` ends its processes; a case in work is measured again."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _numbered(case: tuple[int, Case]) -> tuple[int, Measured]:
    return case[0], measured(case[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two people, no drift: minutes")
    parser.add_argument("--group", type=Group, choices=list(Group), default=Group.TEST)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--out", type=Path, help="default: VALIDATION.md, of a whole run only")
    options = parser.parse_args()
    console = Console(stderr=True)
    forget_other_code()
    try:
        everything = run_all(chosen_cases(options.group, options.quick), options.workers, console)
    except KeyboardInterrupt:
        console.print("stopped; what was measured is kept, start again to go on")
        return 130
    text = validation_text(everything, options.group, options.quick)
    sys.stdout.write(text)
    whole = not options.quick and options.group is Group.TEST
    out = options.out or (ROOT / "VALIDATION.md" if whole else None)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
