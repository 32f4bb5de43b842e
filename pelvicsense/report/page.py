"""Pages: one HTML file each, that needs no network, no script and nothing beside it."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from pelvicsense import __version__
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.change import LEAST_STRIDES
from pelvicsense.report.comparison import WITHIN_ONE, first_and_last_third, sources
from pelvicsense.report.history import Past, PastSession, comparisons
from pelvicsense.report.plan_view import COLUMNS as PLAN_COLUMNS
from pelvicsense.report.plan_view import MEANING as PLAN_MEANING
from pelvicsense.report.session_charts import (
    MEDIAN_STRIDES,
    asymmetry_chart,
    course_chart,
    curve_chart,
    distribution_chart,
)
from pelvicsense.report.session_view import (
    activity_title,
    calibration_sentences,
    facts,
    figure_lines,
    headline_sentences,
    sensor_lines,
)
from pelvicsense.report.shown import HEADLINES, UNKNOWN_TEXT, ShownMetric
from pelvicsense.report.trend_charts import metric_chart
from pelvicsense.report.unknown import flag_counts, unknown_rows
from pelvicsense.runtime.notices import ACTIVITY_WORDS, DISCLAIMER
from pelvicsense.runtime.result import SessionResult


def session_page(result: SessionResult) -> str:
    """Return the report of a session as HTML."""
    curves = {curve.stride: curve for curve in result.curves}
    activities = []
    for number, part in enumerate(result.summary.activities):
        strides = [s for s in result.strides if s.activity is part.activity]
        title = activity_title(part)
        third_rows = first_and_last_third(result.strides, part.activity)
        charts = (
            curve_chart(f"curves{number}", title, strides, curves),
            distribution_chart(f"spread{number}", title, strides),
            course_chart(f"course{number}", title, strides),
            asymmetry_chart(f"sides{number}", title, part),
        )
        activities.append(
            {
                "title": title,
                "sides": part.sides,
                "lines": figure_lines(part, strides),
                "charts": charts,
                "thirds": third_rows,
                "sources": sources(third_rows),
                "unknown": unknown_rows(strides),
                "noted": flag_counts(strides, valid=True),
                "not_counted": flag_counts(strides, valid=False),
            }
        )
    return _render(
        "session.html",
        title=f"Gait report: {result.manifest.subject}, {result.manifest.started_at:%Y-%m-%d}",
        facts=facts(result),
        headlines=headline_sentences(result),
        headline_activity=activities[0]["title"] if activities else "",
        notices=result.notices,
        sensors=sensor_lines(result),
        calibration=calibration_sentences(result),
        activities=activities,
        median_strides=MEDIAN_STRIDES,
        within_one=WITHIN_ONE,
        made_by=(
            f"pelvicsense {__version__}, orientation filter {result.config.fusion.filter}, "
            f"configuration {result.config.fingerprint()}"
        ),
    )


def trends_page(past: Past) -> str:
    """Return a subject's sessions over time as HTML."""
    activities = []
    for number, activity in enumerate(past.activities):
        title = ACTIVITY_WORDS[activity].capitalize()
        compared = comparisons(past, activity)
        activities.append(
            {
                "title": title,
                "charts": [
                    metric_chart(f"trend{number}x{i}", title, past, activity, metric)
                    for i, metric in enumerate(HEADLINES)
                ],
                "compared": compared,
                "sources": sources(row for found in compared for row in found.rows),
                "sessions": [
                    (session, [_pair(session, activity, metric) for metric in HEADLINES])
                    for session in past.sessions
                    if session.has(activity)
                ],
            }
        )
    return _render(
        "trends.html",
        title=f"Gait over time, {past.subject}",
        past=past,
        activities=activities,
        metrics=HEADLINES,
        plan_columns=PLAN_COLUMNS,
        plan_meaning=PLAN_MEANING,
        made_by=f"pelvicsense {__version__}",
    )


def _pair(session: PastSession, activity: Activity, metric: ShownMetric) -> str:
    figures = [session.figure(activity, side, metric.key) for side in Side]
    return " / ".join(metric.text(f.mean) if f is not None else UNKNOWN_TEXT for f in figures)


def _render(template: str, **context: object) -> str:
    environment = Environment(
        loader=PackageLoader("pelvicsense.report"),
        autoescape=True,  # whatever a user typed stays text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared = {
        "disclaimer": DISCLAIMER,
        "least_strides": LEAST_STRIDES,
        "unknown": UNKNOWN_TEXT,
        "sides": tuple(Side),
    }
    return environment.get_template(template).render(shared | context)
