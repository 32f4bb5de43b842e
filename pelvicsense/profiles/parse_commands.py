"""TOML → steps, rates, battery and firmware version."""

from __future__ import annotations

from pelvicsense.profiles.commands import (
    AskTemplate,
    Battery,
    Commands,
    FirmwareVersion,
    KeepAliveTemplate,
    ModifyTemplate,
    Percent,
    RateOption,
    Rates,
    ReadTemplate,
    StepTemplate,
    WriteTemplate,
)
from pelvicsense.profiles.layout import NUMBER_BYTES
from pelvicsense.profiles.parse_fields import NAME, field_type
from pelvicsense.profiles.parse_packets import Characteristics, characteristic
from pelvicsense.profiles.plan import Read
from pelvicsense.profiles.toml_table import Table, is_number

_VERBS = ("write", "read", "ask", "modify")
_MOST_BYTES = 4096


def read_commands(table: Table, known: Characteristics, rates: Rates) -> Commands:
    """Return what is said to the device."""
    alive = None
    if "keep_alive" in table:
        inner = table.table("keep_alive")
        alive = KeepAliveTemplate(
            steps=read_steps(inner, "steps", known, rates),
            period_s=inner.number("period_s", least=0.0),
        )
        inner.close()
    commands = Commands(
        probe=read_steps(table, "probe", known, None),
        configure=read_steps(table, "configure", known, rates),
        start=read_steps(table, "start", known, rates),
        stop=read_steps(table, "stop", known, rates),
        identify=read_steps(table, "identify", known, rates),
        keep_alive=alive,
    )
    table.close()
    return commands


def read_steps(
    table: Table, key: str, known: Characteristics, rates: Rates | None
) -> tuple[StepTemplate, ...]:
    """Return a list of steps; places to fill in must be in the table of rates."""
    steps = []
    places = frozenset(rates.options[0].codes) if rates and rates.options else frozenset()
    for inner in table.tables(key):
        step = _step(inner, known)
        for name in sorted(step.names - places) if step is not None else ():
            where = "not known before the rate is" if rates is None else "add it to [rates]"
            inner.fault(None, f"{{{name}}}: expected a name that the rates give; {where}")
        inner.close()
        if step is not None:
            steps.append(step)
    return tuple(steps)


def _step(table: Table, known: Characteristics) -> StepTemplate | None:
    verbs = [verb for verb in _VERBS if verb in table]
    if len(verbs) != 1:
        table.fault(
            None, f"expected one of {', '.join(_VERBS)}, got {' and '.join(verbs) or 'none'}"
        )
        return None
    verb = verbs[0]
    uuid = characteristic(table, verb, known)
    if verb == "read":
        return _read(table, uuid, table.text("name"))
    if verb == "ask":
        return _ask(table, uuid, known, table.text("name"))
    response = table.flag("response", default=True)
    delay_s = table.number("delay_s", 0.0)
    if verb == "write":
        data = table.template("bytes")
        return WriteTemplate(characteristic=uuid, data=data, response=response, delay_s=delay_s)
    patches = []
    for inner in table.tables("patches"):
        patches.append((inner.integer("at", 0, _MOST_BYTES), inner.template("bytes")))
        inner.close()
    if not patches:
        table.expected("patches", 'a list such as [{ at = 24, bytes = "3C 00" }]')
    return ModifyTemplate(
        characteristic=uuid, patches=tuple(patches), response=response, delay_s=delay_s
    )


def _read(table: Table, uuid: str, name: str) -> ReadTemplate:
    optional = table.flag("optional", default=False)
    return ReadTemplate(step=Read(characteristic=uuid, name=name, optional=optional))


def _ask(table: Table, uuid: str, known: Characteristics, name: str) -> AskTemplate:
    return AskTemplate(
        characteristic=uuid,
        data=table.template("bytes"),
        response=table.flag("response", default=True),
        reply=characteristic(table, "reply", known),
        prefix=table.template("prefix"),
        name=name,
        timeout_s=table.number("timeout_s", 2.0, least=0.0),
        optional=table.flag("optional", default=False),
    )


def read_rates(table: Table) -> Rates:
    """Return the rates on offer; every option must fill the same places."""
    options: list[RateOption] = []
    for inner in table.tables("options"):
        hz = inner.number("hz", least=0.0)
        names = [key for key in inner.values if key != "hz"]
        for key in names:
            if not NAME.fullmatch(key):
                inner.fault(key, "expected a name of lower-case letters, digits and _")
        codes = {key: inner.data(key) for key in names}
        if options and codes.keys() != options[0].codes.keys():
            same = ", ".join(options[0].codes) or "none"
            inner.fault(None, f"expected the same names as in the first option ({same})")
        options.append(RateOption(hz=hz, codes=codes))
    rates = Rates(default_hz=table.number("default_hz", least=0.0), options=tuple(options))
    if not options:
        table.fault("options", 'expected at least one, such as { hz = 100, rate = "64 00" }')
    elif rates.option(rates.default_hz) is None:
        table.expected("default_hz", "one of the options")
    table.close()
    return rates


def read_battery(table: Table, known: Characteristics) -> Battery:
    """Return how to learn the state of the battery."""
    step: ReadTemplate | AskTemplate
    if "ask" in table:
        step = _ask(table, characteristic(table, "ask", known), known, "battery")
    else:
        step = _read(table, characteristic(table, "read", known), "battery")
    kind = field_type(table, "type", "u8")
    if kind not in NUMBER_BYTES:
        table.expected("type", "one of " + ", ".join(NUMBER_BYTES))
        kind = "u8"
    order = table.text("order", "little")
    if order not in {"little", "big"}:
        table.expected("order", "little or big")
    percent = Percent(
        at=table.integer("at", 0, _MOST_BYTES, 0),
        type=kind,
        little=order == "little",
        scale=table.number("scale", 1.0),
        table=_percent_table(table),
    )
    table.close()
    return Battery(step=step, percent=percent)


def _percent_table(table: Table) -> tuple[tuple[float, float], ...]:
    rows = table.get("table")
    if rows is None:
        return ()
    pairs = []
    for row in rows if isinstance(rows, list) else [None]:
        if not isinstance(row, list) or len(row) != 2 or not all(map(is_number, row)):
            table.fault("table", f"expected pairs [at least, percent], got {row!r}")
            return ()
        pairs.append((float(row[0]), float(row[1])))
    if pairs != sorted(pairs, reverse=True) or not all(0 <= p <= 100 for _, p in pairs):
        table.fault(
            "table", "expected pairs [at least, percent] from high to low, 0 to 100 percent"
        )
    return tuple(pairs)


def read_firmware(table: Table) -> FirmwareVersion:
    """Return where the probe finds the firmware's version."""
    firmware = FirmwareVersion(
        value=table.text("value"),
        at=table.integer("at", 0, _MOST_BYTES, 0),
        count=table.integer("count", 1, 8) if "count" in table else None,
    )
    table.close()
    return firmware
