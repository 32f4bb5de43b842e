"""A plan as the TOML text that a clinician reads and changes."""

from __future__ import annotations

from pelvicsense.datatypes.errors import ConfigurationError, PlanError
from pelvicsense.datatypes.placement import Activity
from pelvicsense.feedback.plan import TARGET_METRICS, Plan, PlannedSession, Target
from pelvicsense.profiles.toml_table import Document, Table

_ACTIVITIES = tuple(activity for activity in Activity if activity is not Activity.UNKNOWN)


def format_plan(plan: Plan, made_from: str) -> str:
    """Return the text of a plan; ``made_from`` says in words where the target is from."""
    sessions = "\n".join(
        f"    {{ minutes = {session.minutes:g}, feedback_percent = {session.feedback_percent:g} }},"
        f"  # {number}"
        for number, session in enumerate(plan.sessions, start=1)
    )
    target = plan.target
    return f'''\
# A retraining plan. Change it in any text editor; `pelvicsense plan SUBJECT` shows what it says,
# and what is wrong with it line by line. `pelvicsense live` and `log` follow it.

subject = "{_escaped(plan.subject)}"

# Minutes are minutes of walking or running: breaks do not count. feedback_percent is the share of
# these minutes in which the person is told of strides outside the target. Add, remove or change
# lines; what was done stays done.
sessions = [
{sessions}
]

# Both sides. {_on_one_line(made_from)}
[target]
metric = "{target.metric}"
activity = "{target.activity}"
low = {target.low:.1f}
high = {target.high:.1f}

# metric: {", ".join(TARGET_METRICS[:3])},
#   {", ".join(TARGET_METRICS[3:])}
#   (low and high are degrees, or steps per minute)
# activity: {", ".join(_ACTIVITIES)}
'''


def _on_one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _escaped(text: str) -> str:
    """Return a text as a basic TOML string holds it."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in safe)


def parse_plan(text: str, origin: str, subject: str) -> Plan:
    """Make sense of the text of a plan that should be this subject's.

    Raises
    ------
    PlanError
        With everything that is wrong, by line.
    """
    document = Document(text, origin, PlanError)
    root = document.root()
    if root.text("subject") != subject:
        root.expected("subject", repr(subject))
    sessions = tuple(_session(table) for table in root.tables("sessions"))
    if not sessions:
        root.expected("sessions", "at least one session")
    target = _target(root.table("target"))
    root.close()
    document.raise_faults()
    assert target is not None, "without a fault there is a target"
    return Plan(subject=subject, target=target, sessions=sessions)


def _session(table: Table) -> PlannedSession:
    minutes = table.number("minutes", least=0.0)
    percent = table.number("feedback_percent")
    if not 0.0 <= percent <= 100.0:
        table.expected("feedback_percent", "a number from 0 to 100")
    table.close()
    return PlannedSession(minutes=minutes, feedback_percent=percent)


def _target(table: Table) -> Target | None:
    metric = table.text("metric")
    if metric and metric not in TARGET_METRICS:
        table.expected("metric", "one of " + ", ".join(TARGET_METRICS))
    activity = table.word("activity", Activity)
    if activity is Activity.UNKNOWN:
        table.expected("activity", "one of " + ", ".join(_ACTIVITIES))
    low, high = table.number("low"), table.number("high")
    table.close()
    if metric not in TARGET_METRICS or not {"low", "high"} <= table.values.keys():
        return None
    try:
        return Target(metric=metric, activity=activity, low=low, high=high)
    except ConfigurationError as error:
        table.fault("low", str(error))
        return None
