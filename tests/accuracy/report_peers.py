"""The section of VALIDATION.md on other programs, from what ``make peers`` kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from cases import code_fingerprint
from sessions import ROOT
from tables import markdown, number, percent

KEPT = ROOT / "build" / "peers" / "results.json"

NO_SIDE = ("mobgap", "skdh")
"""Peers that need no thigh sensors: they are asked about recordings of the lower back too."""

CONTACT_HEAD = ("evidence", "contact", "program", "true", "found", "F1", "bias ± SD, ms",
                "wrong side")  # fmt: skip
CURVES = ("flexion curve", "adduction curve", "rotation curve")
VALUES = ("adduction peak", "adduction excursion", "rotation peak", "rotation excursion")

OTHER_CODE = "**Measured with other code than the rest: `make peers` renews it.**\n"

Row = dict[str, Any]


def peers() -> str:
    if not KEPT.exists():
        return "Not measured here: `make peers` does it, then `make accuracy` writes it down.\n"
    tables = json.loads(KEPT.read_text(encoding="utf-8"))
    same = tables.get("code") == code_fingerprint()
    return "\n".join(
        [
            "" if same else OTHER_CODE,
            "### Contacts against other programs\n",
            markdown(CONTACT_HEAD, _contact_rows(tables["contacts"])),
            "### Hip angles against other programs\n",
            markdown(
                ["evidence", "program", "strides", *CURVES, *VALUES], _angle_rows(tables["angles"])
            ),
            "### Time\n",
            markdown(["program", "s per minute of signal"], _time_rows(tables["times"])),
            _failures(tables),
        ]
    )


def _groups(rows: Iterable[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return groups


def _contact_rows(rows: Sequence[Row]) -> Iterable[list[str]]:
    for (evidence, kind, program), of in _groups(rows, "evidence", "kind", "program").items():
        late = np.array([ms for row in of for ms in row["late_ms"]])
        true, false = sum(row["true"] for row in of), sum(row["false"] for row in of)
        wrong = None if of[0]["wrong_side"] is None else sum(row["wrong_side"] for row in of)
        some = len(late) > 0
        yield [
            evidence.replace("_", " "),
            kind.replace("_", " "),
            program,
            str(true),
            percent(len(late) / true) if true else "–",
            number(2.0 * len(late) / (true + len(late) + false)) if true else "–",
            f"{number(late.mean(), 0, sign=True)} ± {number(late.std(), 0)}" if some else "–",
            "not told" if wrong is None else str(wrong),
        ]


def _angle_rows(rows: Sequence[Row]) -> Iterable[list[str]]:
    for (evidence, program), of in _groups(rows, "evidence", "program").items():
        errors = [
            number(float(np.sqrt(np.mean(np.square([row[name] for row in of])))))
            for name in (*CURVES, *VALUES)
        ]
        yield [evidence.replace("_", " "), program, str(len(of)), *errors]


def _time_rows(rows: Sequence[Row]) -> Iterable[list[str]]:
    for (program,), of in _groups(rows, "program").items():
        seconds, minutes = (sum(row[name] for row in of) for name in ("cpu_s", "minutes"))
        yield [program, number(seconds / minutes, 3)]


def _failures(tables: dict[str, Any]) -> str:
    lines = [
        f"- {program}, {len(of)} × {evidence.replace('_', ' ')}: {of[0]['error']}"
        for (program, evidence), of in _groups(tables["failures"], "program", "evidence").items()
    ]
    lines += [f"- pelvicsense refused to calibrate: {name}" for name in tables["refused"]]
    return "\n".join(["Sessions without an answer (their contacts count as missed):\n", *lines]) + (
        "\n" if lines else "\n- none\n"
    )
