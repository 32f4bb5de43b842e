"""``pelvicsense live``: a session with the window: get ready, calibrate, session, summary."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click


@click.command(name="live")
@click.option("--virtual", metavar="ACTIVITY", help="Simulated sensors: walk, run, stairs.")
@click.option("--virtual-model", default="imu6-open", show_default=True, metavar="PROFILE")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("recordings"),
    show_default=True,
    help="Folder for the new session folder.",
)
@click.option("--subject", default="P00", show_default=True, help="A code, never a name.")
@click.option(
    "--activity",
    type=click.Choice(["walk", "run", "stairs", "exercise", "mixed", "unknown"]),
    default="unknown",
    show_default=True,
)
@click.option("--speed", type=click.FloatRange(min=0, min_open=True), help="Known speed, m/s.")
@click.option("--adapter", metavar="NAME", help="Bluetooth adapter on Linux, such as hci1.")
@click.option("--filter", "filter_name", default="vqf", show_default=True, metavar="NAME")
@click.option("--keep-packets", is_flag=True, help="Also keep raw notifications (packets.csv).")
def command(
    *,
    virtual: str | None,
    virtual_model: str,
    out: Path,
    subject: str,
    activity: str,
    speed: float | None,
    adapter: str | None,
    filter_name: str,
    keep_packets: bool,
) -> None:
    """Find, wear and calibrate sensors, and see every stride, in a window.

    What is recorded is the same as by `pelvicsense log`. Closing the window ends the session in
    order. F1 shows all keys.
    """
    from pelvicsense.cli.options import config_with
    from pelvicsense.cli.radio import air
    from pelvicsense.cli.window import check_window, show_live
    from pelvicsense.recording.manifest import SessionActivity
    from pelvicsense.runtime.live import LiveOptions, LiveWorker
    from pelvicsense.runtime.log import LogOptions

    config = config_with(filter_name)
    check_window("record with `pelvicsense log`")
    log = LogOptions(
        out=out,
        subject=subject,
        activity=SessionActivity(activity),
        speed_mps=speed,
        config=config,
        keep_packets=keep_packets,
    )
    open_air = partial(air, adapter, virtual, virtual_model, None)
    show_live(LiveWorker(LiveOptions(open_air=open_air, log=log)))
