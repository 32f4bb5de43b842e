"""``[plan]`` of session.toml: which session of a retraining plan this was, and what was planned.

The table is optional; where it is, it has all of these keys:

==================== ======= ======================================================================
``session``          integer number of the session in the plan, from 1; ``of + 1`` is a check,
                             without feedback, of what was kept
``of``               integer sessions in the plan, 1 to 1000
``minutes``          float   planned minutes of gait
``feedback_percent`` float   share of these minutes with feedback, 0 to 100
``metric``           text    what was aimed at: a column of strides.csv that a zone can be set for,
                             such as ``pelvic_drop_peak_deg``, or ``cadence_spm``
``activity``         text    ``walk``, ``run``, ``stairs_up`` or ``stairs_down``
``low``, ``high``    float   borders of the zone, in the metric's unit: degrees or steps per minute
==================== ======= ======================================================================

It is written once, when the session begins, and holds what the plan said then: the plan's file may
change later.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pelvicsense.recording.toml_table import TomlTable


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEntry:
    """A session of a plan; the words are those of `feedback`.

    Attributes
    ----------
    session, of
        Which session of how many; one more than there are is a check of what was kept.
    minutes, feedback_percent
        Planned minutes of gait, and the share of them with feedback.
    metric, activity, low, high
        What was aimed at: the zone is in the metric's unit.
    begun_min
        Minutes of gait that were done of it in a recording that this one carries on.
    """

    session: int
    of: int
    minutes: float
    feedback_percent: float
    metric: str
    activity: str
    low: float
    high: float
    begun_min: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """Return plain values, as session.toml holds them."""
        return asdict(self)


def read_plan_entry(table: TomlTable) -> PlanEntry | None:
    """Return what the table says; none if it is absent.

    Raises
    ------
    RecordingError
        If a key is missing or wrong.
    """
    if not table.values:
        return None
    count = table.integer("of", 1, 1000)
    return PlanEntry(
        session=table.integer("session", 1, count + 1),
        of=count,
        minutes=table.number("minutes"),
        feedback_percent=table.number("feedback_percent"),
        metric=table.text("metric"),
        activity=table.text("activity"),
        low=table.number("low"),
        high=table.number("high"),
        begun_min=table.optional("begun_min", table.number) or 0.0,
    )
