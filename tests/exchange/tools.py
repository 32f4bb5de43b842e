"""Writes simulated samples as other tools write them; each function says where a layout is from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from pelvicsense.datatypes.arrays import FloatArray
from pelvicsense.datatypes.placement import Placement
from pelvicsense.synthetic import SimulatedSession

G = 9.80665
START = datetime(2026, 3, 4, 9, 15, 0, 250_000, tzinfo=UTC)
START_NS = round(START.timestamp() * 1000) * 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Worn:
    """One sensor's samples on an even time base, s since `START`; m/s² and rad/s."""

    placement: Placement
    t_s: FloatArray
    acc: FloatArray
    gyr: FloatArray


def worn(session: SimulatedSession, rate_hz: float = 100.0) -> list[Worn]:
    """The session's sensors as a tool with one clock would have sampled them."""
    sensors = []
    end_s = min(float(truth.sample_t_s[-1]) for truth in session.truth_worn.values())
    for placement, block in session.blocks.items():
        own = session.truth_worn[placement].sample_t_s
        t_s = np.arange(0.05, end_s, 1.0 / rate_hz)

        def at(values: FloatArray, t_s: FloatArray = t_s, own: FloatArray = own) -> FloatArray:
            return np.stack([np.interp(t_s, own, values[:, i]) for i in range(3)], axis=1)

        sensors.append(Worn(placement=placement, t_s=t_s, acc=at(block.acc), gyr=at(block.gyr)))
    return sensors


def _lines(path: Path, header: Sequence[str], rows: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*header, *rows]) + "\n", encoding="utf-8")
    return path


def _joined(values: FloatArray, separator: str = ",", decimals: int = 6) -> list[str]:
    return [separator.join(f"{number:.{decimals}f}" for number in row) for row in values]


def movella_dot(
    folder: Path, sensors: Sequence[Worn], *, synced: bool = True, tail: str = ""
) -> list[Path]:
    """Preamble and columns as the makers' logger class writes them (XsensDotLogger of the Android
    SDK, TITLE_* constants), µs time stamps that wrap at 32 bits, and °/s, as the Xsens DOT user
    manual XD0502P (tables 9 and 11, 4.2.5) says. File names as the app's: tag, date, time. Some
    versions end every row, though not the column names, with a comma (``tail``).
    """
    files = []
    for tag, sensor in enumerate(sensors, 1):
        base = (1 << 32) - 3_000_000 if synced else 10_000_000 * tag
        ticks = (np.round(sensor.t_s * 1e6).astype(np.int64) + base) % (1 << 32)
        moment = START + timedelta(seconds=float(sensor.t_s[0]))
        rate = round(1.0 / float(np.median(np.diff(sensor.t_s))))
        header = [
            "sep=,",
            f"DeviceTag:,{tag}",
            "FirmwareVersion:,3.0.0",
            "AppVersion:,2023.6.0",
            f"SyncStatus:,{'Synced' if synced else 'Unsynced'}",
            f"OutputRate:,{rate}Hz",
            "FilterProfile:,General",
            "Measurement Mode:,Rate quantities",
            f"StartTime: ,{moment:%Y-%m-%d_%H:%M:%S}_{moment.microsecond // 1000:03d} WEST",
            "© Movella Technologies B. V. 2005-2025",
            "",
            "PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z",
        ]
        values = np.concatenate([sensor.acc, np.rad2deg(sensor.gyr)], axis=1)
        rows = [
            f"{row + 1},{tick},{text}{tail}"
            for row, (tick, text) in enumerate(zip(ticks.tolist(), _joined(values), strict=True))
        ]
        files.append(
            _lines(folder / f"{sensor.placement}_20260304_0915{tag:02d}.csv", header, rows)
        )
    return files


def metabase(
    folder: Path, sensors: Sequence[Worn], *, gyr_every: int = 1, unit: str = "g"
) -> list[Path]:
    """Two files per sensor with the columns that MetaBase and its companions write:
    ``epoc (ms),timestamp (+0000),elapsed (s),x-axis (g),…`` and ``… (deg/s)``.
    """
    files = []
    for sensor in sensors:
        stem = f"{sensor.placement}_2026-03-04T09.15.00.250_C0FFEE123456"
        signals = (
            ("Accelerometer", sensor.acc / G, unit, 1),
            ("Gyroscope", np.rad2deg(sensor.gyr), "deg/s", gyr_every),
        )
        for signal, values, own_unit, every in signals:
            axes = ",".join(f"{axis}-axis ({own_unit})" for axis in "xyz")
            t_s = sensor.t_s[::every]
            rows = [
                f"{START_NS // 1_000_000 + round(t * 1000)},"
                f"{START + timedelta(seconds=t):%Y-%m-%dT%H.%M.%S.%f},{t - t_s[0]:.3f},{text}"
                for t, text in zip(t_s.tolist(), _joined(values[::every], decimals=5), strict=True)
            ]
            header = [f"epoc (ms),timestamp (+0000),elapsed (s),{axes}"]
            files.append(_lines(folder / f"{stem}_{signal}_100.000Hz_1.7.3.csv", header, rows))
    return files


def witmotion(path: Path, sensors: Sequence[Worn], generation: int = 2) -> Path:
    """All sensors in one tab-separated file. Generation 2 are the columns of the newer software
    (``time DeviceName ChipTime() AccX(g) … AsX(°/s) …``), 1 those before (``Time, Device name,
    Acceleration X(g), Angular velocity X(°/s)``) with times of day only, 3 the Chinese ones.
    """
    headers = {
        2: "time\tDeviceName\tChipTime()\t{acc}\t{gyr}",
        1: "Time\tDevice name\tChip Time()\t{acc}\t{gyr}",
        3: "时间\t设备名称\t片上时间()\t{acc}\t{gyr}",
    }
    names = {2: ("Acc{}(g)", "As{}(°/s)"), 1: ("Acceleration {}(g)", "Angular velocity {}(°/s)")}
    names[3] = ("加速度{}(g)", "角速度{}(°/s)")
    acc, gyr = ("\t".join(name.format(axis) for axis in "XYZ") for name in names[generation])
    rows = []
    for sensor in sensors:
        values = np.concatenate([sensor.acc / G, np.rad2deg(sensor.gyr)], axis=1)
        for t, text in zip(sensor.t_s.tolist(), _joined(values, "\t", 4), strict=True):
            arrival = t + 0.02 + (0.03 - t % 0.03)  # sent in packets every 30 ms
            moment = START + timedelta(seconds=arrival)
            style = "%Y-%m-%dT%H:%M:%S.%f" if generation > 1 else "%H:%M:%S.%f"
            device = f"WT901BLE_{sensor.placement}"
            rows.append((arrival, f"{moment.strftime(style)[:-3]}\t{device}\tnull\t{text}"))
    rows.sort(key=lambda row: row[0])
    header = headers[generation].format(acc=acc, gyr=gyr)
    return _lines(path, [header], [text for _, text in rows])


def witmotion_sdk(folder: Path, sensors: Sequence[Worn]) -> list[Path]:
    """One file per sensor as the maker's Python code for BLE sensors writes it on Windows: the
    chip's time without leading zeros, also of the milliseconds; a tab and two carriage returns at
    the end of each line.
    """
    names = ["Chiptime", *(f"a{x}(g)" for x in "xyz"), *(f"w{x}(deg/s)" for x in "xyz"), "T(°)"]
    files = []
    for sensor in sensors:
        values = np.concatenate([sensor.acc / G, np.rad2deg(sensor.gyr)], axis=1)
        rows = ["\t".join(names)]
        for t, text in zip(sensor.t_s.tolist(), _joined(values, "\t", 4), strict=True):
            at = START + timedelta(milliseconds=round(1000.0 * t))
            day = f"{at.year}-{at.month}-{at.day} {at.hour}:{at.minute}:{at.second}"
            rows.append(f"{day}.{at.microsecond // 1000}\t{text}\t25.1\t")
        folder.mkdir(parents=True, exist_ok=True)
        files.append(folder / f"{sensor.placement}.txt")
        files[-1].write_bytes("\r\r\n".join([*rows, ""]).encode())
    return files


def xsens_mtw(
    folder: Path,
    sensors: Sequence[Worn],
    *,
    gyr: bool = True,
    header: bool = True,
    separator: str = "\t",
    older: bool = False,
) -> list[Path]:
    """Comment lines and columns as MT Manager exports them and OpenSense's examples have them
    (``// Update Rate: …Hz``, tab-separated, a 16-bit packet counter). Versions before had
    ``// Sample rate: …Hz`` and ``Counter``.
    """
    preamble = [
        "// Start Time: Unknown",
        "// Update Rate: 100.0Hz",
        "// Filter Profile: human (46.1)",
        "// Option Flags: AHS Disabled ICC Disabled ",
        "// Firmware Version: 4.0.2",
    ]
    rates = ("Gyr_X", "Gyr_Y", "Gyr_Z") if gyr else ()
    matrix = [f"Mat[{row}][{column}]" for column in (1, 2, 3) for row in (1, 2, 3)]
    columns = ["PacketCounter", "SampleTimeFine", "Acc_X", "Acc_Y", "Acc_Z", *rates, *matrix]
    files = []
    for sensor in sensors:
        values = np.concatenate([sensor.acc, sensor.gyr], axis=1)[:, : 6 if gyr else 3]
        identity = "\t".join(["1.0", "0.0", "0.0", "0.0", "1.0", "0.0", "0.0", "0.0", "1.0"])
        counters = (np.round(sensor.t_s * 100.0).astype(np.int64) + 65_000) % (1 << 16)
        rows = [
            f"{counter}\t\t{text}\t{identity}"
            for counter, text in zip(counters.tolist(), _joined(values, "\t"), strict=True)
        ]
        head = [*(preamble if header else []), "\t".join(columns)]
        if older:
            head = [line.replace("Update Rate", "Sample rate") for line in head]
            head[-1] = head[-1].removeprefix("Packet")
        head[-1:], rows = (
            [line.replace("\t", separator) for line in part] for part in (head[-1:], rows)
        )
        name = f"MT_012005D6_009-001_00B4{list(Placement).index(sensor.placement):04d}.txt"
        files.append(_lines(folder / name, head, rows))
    return files


def opensense(folder: Path, sensors: Sequence[Worn]) -> Path:
    """The settings file as OpenSim prints an ``XsensDataReaderSettings`` object, beside the files
    of MT Manager; a torso sensor that is of no use here.
    """
    xsens_mtw(folder, sensors)
    bodies = {
        Placement.PELVIS: "pelvis_imu",
        Placement.THIGH_LEFT: "femur_l_imu",
        Placement.THIGH_RIGHT: "femur_r_imu",
    }
    entries = [
        (f"_00B4{list(Placement).index(s.placement):04d}", bodies[s.placement]) for s in sensors
    ]
    entries.append(("_00B49999", "torso_imu"))
    experimental = "".join(
        f'<ExperimentalSensor name="{name}"><name_in_model>{body}</name_in_model>'
        "</ExperimentalSensor>"
        for name, body in entries
    )
    path = folder / "myIMUMappings.xml"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8" ?><OpenSimDocument Version="40600">'
        "<XsensDataReaderSettings><data_folder>./</data_folder>"
        "<trial_prefix>MT_012005D6_009-001</trial_prefix>"
        f"<ExperimentalSensors>{experimental}</ExperimentalSensors>"
        "</XsensDataReaderSettings></OpenSimDocument>"
    )
    return path


def phyphox(
    folder: Path, sensor: Worn, *, separator: str = ",", decimal: str = ".", linear: bool = False
) -> Path:
    """A folder as the app's CSV export unpacks: a file per signal with quoted names, scientific
    numbers, and ``meta/time.csv`` (``"event","experiment time","system time",…``). Gyroscope and
    accelerometer have times of their own.
    """
    kind = "Linear Acceleration" if linear else "Acceleration"
    signals = (
        ("Accelerometer.csv", f"{kind} {{}} (m/s^2)", sensor.acc, 0.0),
        ("Gyroscope.csv", "Gyroscope {} (rad/s)", sensor.gyr, 0.002),
    )
    for file, name, values, late in signals:
        names = ["Time (s)", *(name.format(axis) for axis in "xyz")]
        shifted = np.stack(
            [np.interp(sensor.t_s + late, sensor.t_s, values[:, i]) for i in range(3)], axis=1
        )
        table = np.column_stack([sensor.t_s + late, shifted])
        rows = [
            separator.join(f"{number:.9E}".replace(".", decimal) for number in row) for row in table
        ]
        _lines(folder / file, [separator.join(f'"{one}"' for one in names)], rows)
    header = ["event", "experiment time", "system time", "system time text"]
    row = ["0.000000000E0", f"{START_NS * 1e-9:.3f}"]
    text = [f'"START"{separator}{separator.join(row).replace(".", decimal)}{separator}"start"']
    _lines(folder / "meta" / "time.csv", [separator.join(f'"{one}"' for one in header)], text)
    _lines(folder / "meta" / "device.csv", ['"property","value"'], ['"deviceModel","phone"'])
    return folder


def sensor_logger(
    folder: Path, sensor: Worn, *, platform: str = "android", older: bool = False
) -> Path:
    """A folder of the app's CSV files (``time,seconds_elapsed,z,y,x``; the app's UNITS.md and
    CROSSPLATFORM.md): Android has TotalAcceleration, iOS the sum of Accelerometer and Gravity with
    all signs turned round unless standardised. Older versions did not say whether.
    """
    sign = -1.0 if platform == "ios" else 1.0
    gravity = np.tile(sensor.acc.mean(axis=0), (len(sensor.t_s), 1))
    signals = {"Accelerometer": sign * (sensor.acc - gravity), "Gyroscope": sensor.gyr}
    if platform == "ios":
        signals["Gravity"] = sign * gravity
    else:
        signals["TotalAcceleration"] = sensor.acc
    for name, values in signals.items():
        rows = [
            f"{START_NS + round(t * 1e9)},{t:.9f},{text}"
            for t, text in zip(sensor.t_s.tolist(), _joined(values[:, ::-1]), strict=True)
        ]
        _lines(folder / f"{name}.csv", ["time,seconds_elapsed,z,y,x"], rows)
    columns = "version,device name,platform,appVersion,sensors,sampleRateMs,standardisation"
    values = f"3,phone,{platform},1.64,Accelerometer|Gyroscope,10|10,false"
    if older:
        columns, values = columns.rpartition(",")[0], values.rpartition(",")[0]
    _lines(folder / "Metadata.csv", [columns], [values])
    _lines(folder / "Annotation.csv", ["time,seconds_elapsed,text"], [f"{START_NS},0.0,begin"])
    return folder


def bids_motion(folder: Path, sensors: Sequence[Worn], *, acc_unit: str = "m/s^2") -> Path:
    """Table, channels and sidecar as the BIDS specification 1.10, section Motion, describes."""
    stem = "sub-P07_task-walk_tracksys-imu"
    names, channels = [], ["name\tcomponent\ttype\ttracked_point\tunits"]
    for sensor in sensors:
        for kind, unit in (("ACCEL", acc_unit), ("GYRO", "rad/s")):
            for axis in "xyz":
                names.append(f"{sensor.placement}_{kind}_{axis}")
                channels.append(f"{names[-1]}\t{axis}\t{kind}\t{sensor.placement}\t{unit}")
    table = np.concatenate([part for s in sensors for part in (s.acc, s.gyr)], axis=1)
    path = _lines(folder / f"{stem}_motion.tsv", [], _joined(table, "\t"))
    path.write_text(path.read_text().lstrip("\n"))
    _lines(folder / f"{stem}_channels.tsv", channels, [])
    sidecar = {
        "SamplingFrequency": 100.0,
        "TaskName": "walk",
        "AcquisitionDateTime": START.isoformat(),
    }
    (folder / f"{stem}_motion.json").write_text(json.dumps(sidecar))
    return path


def plain_csv(path: Path, sensors: Sequence[Worn]) -> Path:
    """All sensors side by side, ms, g and °/s, one axis turned round; no tool's format."""
    names = ["ms"]
    for sensor in sensors:
        names += [f"{sensor.placement}.{kind}{axis}" for kind in "ag" for axis in "xyz"]
    flip = np.array([1.0, 1.0, -1.0])
    parts = [sensors[0].t_s[:, None] * 1000.0]
    for sensor in sensors:
        parts += [flip * sensor.acc / G, flip * np.rad2deg(sensor.gyr)]
    return _lines(path, [";".join(names)], _joined(np.concatenate(parts, axis=1), ";"))


def mapping_for(path: Path, sensors: Sequence[Worn], *, acc_unit: str = "g") -> Path:
    """The mapping of `plain_csv`."""
    lines = [
        f'[time]\ncolumn = "ms"\nunit = "ms"\n[acc]\nunit = "{acc_unit}"\n[gyr]\nunit = "deg/s"',
    ]
    for sensor in sensors:
        lines.append(f"[sensors.{sensor.placement}]")
        for key, kind in (("acc", "a"), ("gyr", "g")):
            axes = [f"{sensor.placement}.{kind}{axis}" for axis in "xyz"]
            lines.append(f'{key} = ["{axes[0]}", "{axes[1]}", "-{axes[2]}"]')
    path.write_text("\n".join(lines) + "\n")
    return path
