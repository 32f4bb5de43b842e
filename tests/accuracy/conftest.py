"""Figures that tests record are printed at the end of the run, whichever process made them."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    figures = [
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in getattr(report, "user_properties", [])
        if name == "figures"
    ]
    if figures:
        terminalreporter.section("accuracy")
        for text in figures:
            terminalreporter.write_line(text)
