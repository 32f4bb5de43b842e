"""OpenSense: a folder of MT Manager files and the XML that says which sensor is which body.

The XML is OpenSim's ``XsensDataReaderSettings``: ``trial_prefix`` + sensor name + ``.txt`` is a
file, ``name_in_model`` such as ``femur_r_imu`` its place. Bodies other than pelvis and thighs are
left out. Orientation files (``.sto``) hold no raw samples and are refused.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pelvicsense.datatypes.errors import RecordingError
from pelvicsense.datatypes.placement import Placement
from pelvicsense.exchange.imports import xsens_mtw
from pelvicsense.exchange.imports.signal import ImportedSensor, ReadOptions
from pelvicsense.exchange.imports.table import read_text

NAME = "opensense"
_BODIES = {
    "pelvis_imu": Placement.PELVIS,
    "femur_l_imu": Placement.THIGH_LEFT,
    "femur_r_imu": Placement.THIGH_RIGHT,
}


def recognises(path: Path, head: str) -> bool:
    """Whether a text is a reader's settings, or a table of orientations."""
    del path
    return "XsensDataReaderSettings" in head or "DataType=Quaternion" in head


def read(paths: Sequence[Path], options: ReadOptions) -> list[ImportedSensor]:
    """Read the pelvis and thigh sensors of each settings file.

    Raises
    ------
    RecordingError
        If the XML is none or names no pelvis or thigh, a sensor's file is missing, or there are
        orientations only.
    """
    return [sensor for path in paths for sensor in _read(path, options)]


def _read(path: Path, options: ReadOptions) -> list[ImportedSensor]:
    text = read_text(path)
    if "DataType=Quaternion" in text[:4096]:
        problem = (
            "holds orientations only; pelvicsense needs acceleration and angular rate: import the "
            "files that the sensors' own software exported"
        )
        raise RecordingError(path, problem)
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise RecordingError(path, f"is no valid XML: {error}") from error
    folder = path.parent / (root.findtext(".//data_folder") or ".").strip()
    prefix = (root.findtext(".//trial_prefix") or "").strip()
    sensors = []
    for sensor in root.iter("ExperimentalSensor"):
        body = (sensor.findtext("name_in_model") or "").strip()
        if body not in _BODIES:
            continue
        file = folder / f"{prefix}{sensor.get('name', '')}.txt"
        if not file.is_file():
            problem = f"names {file.name} for {body}, which is not in {folder}; put it there"
            raise RecordingError(path, problem)
        one = xsens_mtw.read_one(file, options)
        sensors.append(replace(one, label=body, placement=_BODIES[body]))
    if not sensors:
        problem = f"names none of {', '.join(_BODIES)} in name_in_model; correct the file"
        raise RecordingError(path, problem)
    return sensors
