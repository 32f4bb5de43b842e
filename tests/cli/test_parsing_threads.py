"""Parsing samples leaves a processor to the computing, unless the user says otherwise."""

from __future__ import annotations

import os

import pytest

from pelvicsense.cli.app import main


@pytest.mark.parametrize(
    ("processors", "said", "expected"), [(2, None, "1"), (1, None, "1"), (8, "3", "3")]
)
def test_threads_of_the_parser(
    monkeypatch: pytest.MonkeyPatch, processors: int, said: str | None, expected: str
) -> None:
    monkeypatch.setenv("POLARS_MAX_THREADS", said or "")
    if said is None:
        monkeypatch.delenv("POLARS_MAX_THREADS")
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    monkeypatch.setattr("sys.argv", ["pelvicsense", "--version"])
    with pytest.raises(SystemExit, match="0"):
        main()
    assert os.environ["POLARS_MAX_THREADS"] == expected
