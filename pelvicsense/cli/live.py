"""``pelvicsense live``: a session with the window: get ready, calibrate, session, summary."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from pelvicsense.cli.lsl import lsl_option, lsl_streams
from pelvicsense.cli.options import config_with, plan_lookup, radio_options, session_options


@click.command(name="live")
@lsl_option
@radio_options
@session_options
def command(
    *,
    lsl: bool,
    virtual: str | None,
    virtual_model: str,
    out: Path,
    subject: str,
    activity: str,
    speed: float | None,
    adapter: str | None,
    filter_name: str,
    plan: str,
    keep_packets: bool,
) -> None:
    """Find, wear and calibrate sensors, and see every stride, in a window.

    What is recorded is the same as by `pelvicsense log`. Closing the window ends the session in
    order. F1 shows all keys.
    """
    from pelvicsense.cli.radio import air
    from pelvicsense.cli.window import check_window, show_live
    from pelvicsense.recording.manifest import SessionActivity
    from pelvicsense.runtime.live import LiveOptions, LiveWorker
    from pelvicsense.runtime.log import LogOptions

    config = config_with(filter_name)
    check_window("record with `pelvicsense log`")
    with lsl_streams(lsl, config.clock.rate_hz, subject) as streams:
        log = LogOptions(
            out=out,
            subject=subject,
            activity=SessionActivity(activity),
            speed_mps=speed,
            config=config,
            keep_packets=keep_packets,
            next_step=plan_lookup(out, subject, plan),
            lsl=streams,
        )
        open_air = partial(air, adapter, virtual, virtual_model, None)
        show_live(LiveWorker(LiveOptions(open_air=open_air, log=log)), config)
