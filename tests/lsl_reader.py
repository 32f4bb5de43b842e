"""A second process that records both streams of a subject, as LabRecorder would: run as a script.

    python tests/lsl_reader.py SUBJECT ORIGIN FILE

Says ``open`` once it reads both; ends when both have been closed, and writes what it read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pylsl

NAMES = ("pelvicsense angles", "pelvicsense strides")
WAIT_S = 60.0


def opened(name: str, subject: str, origin: str) -> pylsl.StreamInlet:
    source_id = f"{name.replace(' ', '-')}-{origin}-{subject}"
    (found,) = pylsl.resolve_byprop("source_id", source_id, 1, WAIT_S)
    inlet = pylsl.StreamInlet(found, recover=False)
    inlet.open_stream(WAIT_S)
    return inlet


def described(inlet: pylsl.StreamInlet) -> dict[str, Any]:
    info = inlet.info(WAIT_S)
    seen: dict[str, Any] = {"xml": info.as_xml(), "rate_hz": info.nominal_srate()}
    return seen | {"values": [], "stamps": []}


def read(inlet: pylsl.StreamInlet, seen: dict[str, Any]) -> bool:
    """Take what has come; return whether there may be more."""
    try:
        values, stamps = inlet.pull_chunk(timeout=0.05, max_samples=1024)
    except pylsl.util.LostError:
        return False
    seen["values"] += values
    seen["stamps"] += stamps
    return True


def main(subject: str, origin: str, file: str) -> None:
    inlets = [opened(name, subject, origin) for name in NAMES]
    seen = [described(inlet) for inlet in inlets]
    print("open", flush=True)
    open_still = [True, True]
    while any(open_still):
        open_still = [read(*one) for one in zip(inlets, seen, strict=True)]
    Path(file).write_text(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
