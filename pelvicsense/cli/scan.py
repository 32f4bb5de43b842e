"""``pelvicsense scan``: which sensors are on the air, and which of them can serve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from pelvicsense.cli.options import radio_options

if TYPE_CHECKING:
    from rich.table import Table

    from pelvicsense.cli.radio import Air
    from pelvicsense.sources.ble.sightings import Sighting
    from pelvicsense.sources.ble.visit import OfferedCharacteristic

_RENEW_S = 0.5


@click.command(name="scan")
@click.option(
    "--duration",
    type=click.FloatRange(min=0, min_open=True),
    default=8.0,
    show_default=True,
    help="Seconds to look.",
)
@click.option("--all", "everyone", is_flag=True, help="Also devices that no profile fits.")
@click.option("--no-battery", is_flag=True, help="Do not connect to read the batteries.")
@click.option("--services", metavar="NAME", help="Show all that one device offers, and end.")
@radio_options
def command(
    *,
    duration: float,
    everyone: bool,
    no_battery: bool,
    services: str | None,
    adapter: str | None,
    virtual: str | None,
    virtual_model: str,
) -> None:
    """Show the sensors nearby: name, recognised model, signal, battery, and whether they can serve.

    With --services NAME: every service and characteristic of one device, recognised or not, so
    that a profile can be written for it.
    """
    import asyncio

    from pelvicsense.cli.radio import air

    async def scan() -> None:
        async with air(adapter, virtual, virtual_model, duration) as radio:
            if services is not None:
                await _show_services(radio, services, duration)
            else:
                await _show_all(radio, duration, everyone=everyone, battery=not no_battery)

    asyncio.run(scan())


async def _show_all(radio: Air, duration_s: float, *, everyone: bool, battery: bool) -> None:
    import asyncio

    from rich.console import Console
    from rich.live import Live

    from pelvicsense.sources.ble.sightings import scanning

    console = Console()
    batteries: dict[str, str] = {}
    with Live(console=console, transient=True, auto_refresh=False) as live:
        async with scanning(radio.radio, radio.profiles) as sightings:
            deadline = asyncio.get_running_loop().time() + duration_s
            while asyncio.get_running_loop().time() < deadline:
                await asyncio.sleep(min(_RENEW_S, duration_s))
                live.update(_table(sightings.nearest_first(), batteries, everyone), refresh=True)
        seen = sightings.nearest_first()
        if battery:
            for sighting in seen:
                await _read_battery(radio, sighting, batteries)
                live.update(_table(seen, batteries, everyone), refresh=True)
    console.print(_table(seen, batteries, everyone))
    unknown = sum(sighting.profile is None for sighting in seen)
    if not seen:
        console.print("Nothing on the air. Are the sensors switched on and not held by a phone?")
    elif unknown and not everyone:
        console.print(f"{unknown} other devices that no profile fits; --all shows them.")


async def _read_battery(radio: Air, sighting: Sighting, batteries: dict[str, str]) -> None:
    """Visit a device that can serve; a visit that fails says so in its row."""
    from pelvicsense.datatypes.errors import RadioError
    from pelvicsense.sources.ble.visit import battery_percent

    if sighting.profile is None or sighting.profile.refusal:
        return
    try:
        percent = await battery_percent(radio.radio, sighting, sighting.profile)
    except RadioError:
        batteries[sighting.address] = "no answer"
        return
    batteries[sighting.address] = "–" if percent is None else f"{percent:.0f} %"


def _table(seen: list[Sighting], batteries: Mapping[str, str], everyone: bool) -> Table:
    from pelvicsense.cli.tables import plain_table

    table = plain_table()
    for label in ("name", "address", "model", "signal", "battery", "serves"):
        table.add_column(label)
    for sighting in seen:
        profile = sighting.profile
        if profile is None and not everyone:
            continue
        table.add_row(
            sighting.name or "–",
            sighting.address,
            profile.id if profile is not None else "not known",
            f"{_signal_word(sighting.rssi_dbm)} ({sighting.rssi_dbm} dBm)",
            batteries.get(sighting.address, "–"),
            _serves(sighting),
        )
    return table


def _serves(sighting: Sighting) -> str:
    if sighting.profile is None:
        services = ", ".join(sorted(sighting.advert.services)) or "none advertised"
        return f"no profile; services: {services}"
    return f"no: {sighting.profile.refusal}" if sighting.profile.refusal else "yes"


def _signal_word(rssi_dbm: int) -> str:
    if rssi_dbm >= -60:
        return "near"
    return "good" if rssi_dbm >= -75 else "weak" if rssi_dbm >= -85 else "too weak"


async def _show_services(radio: Air, name: str, duration_s: float) -> None:
    from rich.console import Console

    from pelvicsense.cli.tables import plain_table
    from pelvicsense.sources.ble.sightings import find
    from pelvicsense.sources.ble.visit import offered

    (sighting,) = await find(radio.radio, radio.profiles, [name], duration_s)
    table = plain_table(f"{sighting.name} ({sighting.address})")
    for label in ("characteristic", "can", "value"):
        table.add_column(label, overflow="fold")
    service = ""
    for item in await offered(radio.radio, sighting):
        if item.service != service:
            service = item.service
            table.add_row(f"[bold]service {service}[/bold]", "", "")
        table.add_row(f"  {item.uuid}", ", ".join(item.properties), _value(item))
    Console().print(table)


def _value(item: OfferedCharacteristic) -> str:
    if item.value is None:
        return ""
    text = item.value.decode("ascii", errors="replace")
    readable = f'  "{text}"' if text.isprintable() and text else ""
    return item.value.hex(" ") + readable
