"""Slips are noticed, and nothing else is called one; minutes long, `slips.py` prints the tables."""

from __future__ import annotations

import pytest
from slips import When, quiet_tasks, run_task, slip_rows, slip_tasks

from pelvicsense.datatypes.placement import Activity

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

PEOPLE = 2


@pytest.mark.parametrize("activity", [Activity.WALK, Activity.RUN])
@pytest.mark.parametrize("when", list(When))
def test_slips_of_fifteen_degrees_are_noticed(
    activity: Activity, when: When, record_property: pytest.RecordProperty
) -> None:
    tasks = [t for t in slip_tasks(PEOPLE) if t.activity is activity and t.when is when]
    results = [run_task(task) for task in tasks]
    record_property("figures", "\n".join(slip_rows(tasks, results)))
    assert not any(result["wrong"] for result in results)
    large = [r["found"] for t, r in zip(tasks, results, strict=True) if t.size_deg >= 15.0]
    assert sum(large) >= 0.9 * len(large)


@pytest.mark.parametrize("what", list(quiet_tasks(PEOPLE)))
def test_nothing_else_is_called_a_slip(what: str, record_property: pytest.RecordProperty) -> None:
    tasks = quiet_tasks(PEOPLE)[what]
    if not tasks:
        pytest.skip("reference sessions are absent; set PELVICSENSE_REFERENCE to their folder")
    results = [run_task(task) for task in tasks]
    strides = sum(result["strides"] for result in results)
    record_property("figures", f"{what}: no slip in {len(tasks)} sessions, {strides} strides")
    assert [task for task, r in zip(tasks, results, strict=True) if r["found"]] == []
