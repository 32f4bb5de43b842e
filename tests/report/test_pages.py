"""The HTML pages: whole, self-contained, accessible, and nothing a user typed is markup."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from made_up import manifest, put_session, stride, walk

from pelvicsense.datatypes.gait import Flag, StrideAngles
from pelvicsense.datatypes.placement import Activity, Side
from pelvicsense.metrics.summary import summarise
from pelvicsense.recording.manifest import SessionActivity
from pelvicsense.report.history import past_sessions
from pelvicsense.report.page import session_page, trends_page
from pelvicsense.runtime.notices import DISCLAIMER
from pelvicsense.runtime.result import SessionResult

VOID = {"meta", "br", "path", "use", "rect", "hr", "link"}
EVIL = "<script>alert('x')</script>\"&$\\frac"


class Page(HTMLParser):
    """Tags with their attributes, and whether they are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def walk_page(walk_result: SessionResult) -> str:
    return session_page(walk_result)


@pytest.fixture(scope="module")
def history_page(tmp_path_factory: pytest.TempPathFactory, walk_result: SessionResult) -> str:
    folder = tmp_path_factory.mktemp("sessions")
    for k, drop_deg in enumerate((8.0, 6.0, 3.0)):
        session = manifest(EVIL, 7.0 * k)
        put_session(folder, f"s{k}", walk_result, session, walk(drop_deg))
    put_session(folder, "later", walk_result, manifest(EVIL, 30.0))
    return trends_page(past_sessions(folder, EVIL))


def pages(walk_page: str, history_page: str) -> list[Page]:
    return [Page(walk_page), Page(history_page)]


def test_pages_are_whole_and_their_ids_are_unique(walk_page: str, history_page: str) -> None:
    for page in pages(walk_page, history_page):
        assert page.open == []
        counts = Counter(a["id"] for _, a in page.tags if "id" in a)
        assert [name for name, count in counts.items() if count > 1] == []


def test_pages_need_nothing_from_outside(walk_page: str, history_page: str) -> None:
    for page in pages(walk_page, history_page):
        tags = {tag for tag, _ in page.tags}
        assert not tags & {"script", "link", "iframe", "img", "object", "image"}
        for _, attributes in page.tags:
            for name in ("src", "href", "xlink:href", "action"):
                assert (attributes.get(name) or "#").startswith("#")
        policy = [a for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
        assert policy[0]["content"].startswith("default-src 'none'")
    assert "@import" not in walk_page
    assert not re.search(r"url\((?!#)", walk_page + history_page)


def test_every_chart_is_told_in_words(walk_page: str, history_page: str) -> None:
    for page, least in zip(pages(walk_page, history_page), (4, 5), strict=True):
        ids = {a["id"] for _, a in page.tags if "id" in a}
        charts = [a for tag, a in page.tags if tag == "svg" and a.get("role") == "img"]
        others = [a for tag, a in page.tags if tag == "svg" and a.get("role") != "img"]
        assert len(charts) >= least
        for chart in charts:
            assert {chart["aria-labelledby"], chart["aria-describedby"]} <= ids
        assert all(other["aria-hidden"] == "true" for other in others)
    assert re.search(
        r"<desc[^>]*>Pelvic drop, left, mean of 46 strides: 1\.\d° at contact", walk_page
    )


def test_headings_form_an_outline_and_tables_name_their_cells(
    walk_page: str, history_page: str
) -> None:
    for page in pages(walk_page, history_page):
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(b - a <= 1 for a, b in pairwise(levels))
        assert all("scope" in a for tag, a in page.tags if tag == "th")
        tables = sum(tag == "table" for tag, _ in page.tags)
        assert sum(tag == "caption" for tag, _ in page.tags) == tables
        assert ("html", {"lang": "en"}) in page.tags


def test_pages_say_what_they_are_not(walk_page: str, history_page: str) -> None:
    for page in pages(walk_page, history_page):
        assert page.text.count(DISCLAIMER) == 2
        assert "not how strong a muscle is" in page.text


def test_what_a_user_typed_stays_text(walk_result: SessionResult, history_page: str) -> None:
    evil = replace(
        walk_result,
        name=EVIL,
        manifest=replace(walk_result.manifest, subject=EVIL, edited_from=EVIL, edits=(EVIL,)),
        notices=(EVIL,),
    )
    for text in (session_page(evil), history_page):
        page = Page(text)
        assert "<script" not in text
        assert EVIL in "".join(page.words)
        assert page.open == []


def test_the_report_says_the_figures(walk_page: str, walk_result: SessionResult) -> None:
    text = Page(walk_page).text
    part = walk_result.summary.activities[0]
    left = part.sides[Side.LEFT].figures["pelvic_drop_peak_deg"]
    assert f"{left.mean:.1f} ± {left.sd:.1f} [{left.low:.1f}, {left.high:.1f}]" in text
    assert "Pelvic drop, peak: left 5.1°, right 6.8°; the right side is larger." in text
    assert "Every stride knows its pelvic drop" in text
    assert walk_result.config.fingerprint() in text
    assert "simulated-7" in text


def test_the_report_says_what_was_not_known_and_why(trouble_result: SessionResult) -> None:
    text = Page(session_page(trouble_result)).text
    left = [stride for stride in trouble_result.strides if stride.side is Side.LEFT]
    unknown = [stride for stride in left if np.isnan(stride.angles.thigh_rotation_peak_deg)]
    gaps = sum(Flag.GAP in stride.flags for stride in unknown)
    assert gaps >= 3
    assert f"{len(unknown)} of {len(left)}" in text
    assert f"{gaps} × samples are missing for more than 50 ms" in text
    for notice in trouble_result.notices:
        assert notice in text


def test_a_figure_of_fewer_strides_than_count_says_of_how_many(
    trouble_result: SessionResult,
) -> None:
    text = Page(session_page(trouble_result)).text
    left = trouble_result.summary.activities[0].sides[Side.LEFT]
    count = left.figures["thigh_rotation_peak_deg"].count
    assert left.figures["pelvic_drop_peak_deg"].count == left.valid > count
    assert f"Left: {left.valid} strides count" in text
    after = text.partition("thigh rotation, peak, °")[2]
    assert re.match(rf" \S+ ± \S+ \[\S+ \S+\] of {count} strides ", after)
    after = text.partition("pelvic drop, peak, °")[2]
    assert re.match(r" \S+ ± \S+ \[\S+ \S+\] \d", after)


def test_what_it_was_recorded_as_is_said_only_where_it_is_known(
    walk_result: SessionResult,
) -> None:
    unknown = replace(walk_result.manifest, activity=SessionActivity.UNKNOWN)
    assert "Recorded as walk" in Page(session_page(walk_result)).text
    assert "Recorded as" not in Page(session_page(replace(walk_result, manifest=unknown))).text


def test_an_empty_session_has_a_report(walk_result: SessionResult) -> None:
    nothing = replace(walk_result, strides=(), curves=(), news=(), summary=summarise(()))
    text = Page(session_page(nothing)).text
    assert "No strides were found." in text
    assert "No calibration was accepted." in text
    assert "°" not in text.partition("Words")[0]


def test_unknown_angles_are_dashes_with_their_reason(walk_result: SessionResult) -> None:
    blank = [
        stride(k, side, angles=StrideAngles(), flags=(Flag.CALIBRATION,))
        for k, side in enumerate([*Side] * 10)
    ]
    result = replace(walk_result, strides=tuple(blank), curves=(), summary=summarise(blank))
    text = Page(session_page(result)).text
    assert "pelvic drop, peak, ° – no accepted calibration: angles have no zero" in text
    assert "Pelvic drop, peak: not known." in text
    assert not re.search(r"\d°", text.partition("Words")[0].partition("Walk")[2])


def test_one_side_without_a_sensor_does_not_hide_the_other(walk_result: SessionResult) -> None:
    strides = []
    for s in walk(5.0, 200):
        known = s.side is Side.RIGHT
        angles = s.angles if known else replace(s.angles, hip_adduction_peak_deg=float("nan"))
        strides.append(replace(s, angles=angles, flags=() if known else (Flag.NOT_WORN,)))
    result = replace(walk_result, strides=tuple(strides), curves=(), summary=summarise(strides))
    text = Page(session_page(result)).text
    assert "Hip adduction, peak: left not known, right 8.1°." in text
    assert "100 × no sensor on this thigh" in text


def test_the_same_result_gives_the_same_page(walk_result: SessionResult, walk_page: str) -> None:
    assert session_page(walk_result) == walk_page


def test_trends_show_limits_and_what_is_left_out(history_page: str) -> None:
    text = Page(history_page).text
    assert "From 2026-01-05 to 2026-01-19" in text
    assert "2.8°, smallest detectable difference" in text
    assert "−5.0 [" in text
    assert "Without results, so left out: later" in text


def test_trends_list_under_an_activity_the_sessions_that_have_it(
    tmp_path: Path, walk_result: SessionResult
) -> None:
    ran = [replace(s, activity=Activity.RUN) for s in walk(6.0)]
    put_session(tmp_path, "a", walk_result, manifest("P07", 0.0), walk(8.0))
    put_session(tmp_path, "b", walk_result, manifest("P07", 7.0), ran)
    text = trends_page(past_sessions(tmp_path, "P07"))
    assert text.count("2026-01-05 10:00") + text.count("2026-01-12 10:00") == 2


def test_sessions_of_one_day_stand_among_its_days_not_among_years(
    tmp_path: Path, walk_result: SessionResult
) -> None:
    put_session(tmp_path, "a", walk_result, manifest("P07", 0.0), walk(8.0))
    text = trends_page(past_sessions(tmp_path, "P07"))
    assert ">2026-Jan<" in text
    assert ">2025<" not in text


def test_trends_without_any_result(tmp_path: Path, walk_result: SessionResult) -> None:
    put_session(tmp_path, "a", walk_result, manifest("P07", 0.0))
    text = Page(trends_page(past_sessions(tmp_path, "P07"))).text
    assert "No session has results yet." in text


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_and_lines_stand_out_in_light_dark_and_print() -> None:
    """WCAG 2.2: 4.5 for text (AA), 3 for graphics."""
    style = resources.files("pelvicsense.report").joinpath("templates/style.css").read_text()
    palettes = [
        dict(re.findall(r"--(\w+): (#\w{6})", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    assert len(palettes) == 3
    for palette in palettes:
        for ground in ("paper", "soft"):
            for text in ("ink", "muted"):
                assert contrast(palette[text], palette[ground]) >= 4.5
        for line in ("left", "right", "note"):
            assert contrast(palette[line], palette["paper"]) >= 3.0
