"""TOML text → :class:`~pelvicsense.profiles.schema.Profile`, or every fault with its line."""

from __future__ import annotations

import re

from pelvicsense.profiles.layout import (
    NUMBER_BYTES,
    SEQUENCE,
    TEXT,
    TIME,
    Anchor,
    DeviceTime,
    JoinBy,
    Packet,
    ValueNumber,
)
from pelvicsense.profiles.parse_commands import (
    read_battery,
    read_commands,
    read_firmware,
    read_rates,
    read_steps,
)
from pelvicsense.profiles.parse_packets import Characteristics, read_framing, read_packets
from pelvicsense.profiles.parse_vectors import read_vector
from pelvicsense.profiles.plan import Ask, Read
from pelvicsense.profiles.recognise import pattern_problem, service_problem
from pelvicsense.profiles.schema import (
    FACTS,
    Behaviour,
    Confidence,
    Match,
    Profile,
    Variant,
)
from pelvicsense.profiles.toml_table import Document, Table

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_AXES = {"x": 0, "y": 1, "z": 2}
_BEHAVIOUR = ("rates", "packets", "framing", "time", "join", "axes", "battery", "firmware")


def parse_profile(text: str, origin: str) -> Profile:
    """Read a profile.

    Parameters
    ----------
    text
        TOML.
    origin
        Where it is from, for messages.

    Raises
    ------
    ProfileError
        With everything that is wrong, each fault with its line.
    """
    document = Document(text, origin)
    root = document.root()
    known = _characteristics(root.table("characteristics"))
    name, refusal = root.text("id"), root.text("refusal", "")
    if name and not _ID.fullmatch(name):
        root.expected("id", "lower-case letters and digits in words joined by -")
    variants = _variants(document, root, known, required=not refusal)
    usual = variants[0].behaviour.subscribe if variants else ()
    probe = read_steps(root.table("commands"), "probe", known, None)
    profile = Profile(
        id=name,
        device=root.text("device"),
        notes=root.text("notes", ""),
        refusal=refusal,
        match=_match(root.table("match")),
        characteristics=known,
        sources=root.texts("sources"),
        confidence=_confidence(root.table("confidence")),
        probe_steps=tuple(step.fill({}) for step in probe),
        variants=variants,
        vectors=tuple(read_vector(t, known, usual) for t in root.tables("vectors")),
    )
    if not profile.sources:
        root.expected("sources", "at least one source of these facts")
    _check_values(root, profile)
    root.close("commands", "variants", *_BEHAVIOUR)
    document.raise_faults()
    return profile


def _characteristics(table: Table) -> Characteristics:
    known = {}
    for name, value in table.values.items():
        uuids = value if isinstance(value, list) and value else [value]
        known[name] = tuple(table.uuid(name, uuid) for uuid in uuids)
    return known


def _match(table: Table) -> Match:
    names, services = table.texts("names"), table.texts("services")
    for name in names:
        if problem := pattern_problem(name):
            table.fault("names", problem)
    uuids = frozenset(table.uuid("services", uuid) for uuid in services)
    for uuid in sorted(uuids):
        if problem := service_problem(uuid):
            table.fault("services", problem)
    ids = table.get("manufacturers")
    if ids is None:
        ids = []
    if not isinstance(ids, list) or not all(type(i) is int and 0 <= i <= 0xFFFF for i in ids):
        table.expected("manufacturers", "a list of company ids such as [0x0886]")
        ids = []
    if not names and not services:
        table.fault(None, "expected names or services to recognise the device by, got neither")
    table.close()
    return Match(names=names, services=uuids, manufacturers=frozenset(ids))


def _confidence(table: Table) -> dict[str, Confidence]:
    known = {fact: table.word(fact, Confidence) for fact in FACTS if fact in table}
    table.close(*FACTS)
    return known


def _variants(
    document: Document, root: Table, known: Characteristics, *, required: bool
) -> tuple[Variant, ...]:
    tables = root.tables("variants")
    if not tables:
        if not required and "packets" not in root:
            return ()
        return (Variant(name="", behaviour=_behaviour(root, known)),)
    variants = []
    for i, table in enumerate(tables):
        when = table.table("when")
        variants.append(
            Variant(
                name=table.text("name"),
                value=when.text("value"),
                at=when.integer("at", 0, 4096, 0),
                data=when.data("bytes"),
                behaviour=_behaviour(document.overlaid(i), known),
            )
        )
        when.close()
        table.close("commands", *_BEHAVIOUR)
    return tuple(variants)


def _behaviour(root: Table, known: Characteristics) -> Behaviour:
    rates = read_rates(root.table("rates"))
    framing = read_framing(root.table("framing"), known)
    packets = read_packets(root.tables("packets"), known, framing)
    if not any(p.samples for p in packets):
        root.fault("packets", "expected at least one [[packets]] with samples")
    battery = read_battery(root.table("battery"), known) if "battery" in root else None
    firmware = read_firmware(root.table("firmware")) if "firmware" in root else None
    return Behaviour(
        rates=rates,
        commands=read_commands(root.table("commands"), known, rates),
        packets=packets,
        framing=framing,
        time=_time(root, packets),
        join=_join(root, packets),
        axes=_axes(root),
        battery=battery,
        firmware=firmware,
    )


def _time(root: Table, packets: tuple[Packet, ...]) -> DeviceTime | None:
    carrying = [p for p in packets if p.samples is not None]
    of_packet = [p.field(TIME) for p in carrying]
    of_sample = [p.samples.field(TIME) for p in carrying if p.samples is not None]
    timed = [one or other for one, other in zip(of_packet, of_sample, strict=True)]
    fields = [f for f in timed if f is not None]
    if not fields:
        if "time" in root:
            root.fault("time", "expected a field named time in the packets, got none; add it")
        for packet in carrying:
            assert packet.samples is not None
            if packet.field(SEQUENCE) and isinstance(packet.samples.repeat, str):
                root.fault(
                    "packets",
                    "a sequence that counts packets tells no time where the number of samples "
                    "varies: expected a time field or a fixed repeat",
                )
        return None
    if len(fields) < len(carrying):
        root.fault("packets", "expected a field named time in all packets with samples or in none")
    table = root.table("time")
    several = any(p.samples and p.samples.repeat != 1 for p in carrying)
    if several and any(of_packet) and "anchor" not in table:
        table.fault("anchor", "expected first or last: the sample that a packet's time belongs to")
    kind = fields[0].type
    width = 63 if kind == TEXT else 8 * NUMBER_BYTES[kind]
    time = DeviceTime(
        tick_s=table.number("tick_s", least=0.0),
        bits=table.integer("bits", 4, 64, width),
        anchor=table.word("anchor", Anchor, Anchor.FIRST),
    )
    table.close()
    return time


def _join(root: Table, packets: tuple[Packet, ...]) -> JoinBy | None:
    carrying = [p for p in packets if p.samples is not None]
    signals = {s for p in carrying if p.samples is not None for s in p.samples.signals}
    if carrying and signals != {"acc", "gyr"}:
        root.fault("packets", f"expected fields acc and gyr, got only {' '.join(signals)}")
    apart = any(p.samples and len(p.samples.signals) == 1 for p in carrying)
    if not apart:
        if "join" in root:
            root.fault("join", "expected none, as acc and gyr come in one packet; remove it")
        return None
    join = root.word("join", JoinBy)
    if join is JoinBy.TIME and not all(
        p.field(TIME) or p.field(SEQUENCE) or (p.samples and p.samples.field(TIME))
        for p in carrying
    ):
        root.fault("join", "expected a time or sequence in all packets to join by time")
    return join


def _axes(root: Table) -> tuple[tuple[int, int], ...]:
    value = root.get("axes")
    if value is None:
        return ((0, 1), (1, 1), (2, 1))
    parts = value if isinstance(value, list) else []
    axes = tuple(
        (_AXES[part[-1]], -1 if part[0] == "-" else 1)
        for part in parts
        if isinstance(part, str) and part in {sign + axis for sign in ("", "-") for axis in _AXES}
    )
    if len(axes) != 3 or sorted(axis for axis, _ in axes) != [0, 1, 2]:
        root.expected("axes", 'the device axes that are our x, y, z, such as ["y", "-x", "z"]')
        return ((0, 1), (1, 1), (2, 1))
    order = [axis for axis, _ in axes]
    even = order in ([0, 1, 2], [1, 2, 0], [2, 0, 1])
    if axes[0][1] * axes[1][1] * axes[2][1] * (1 if even else -1) != 1:
        root.fault("axes", f"expected a rotation (determinant +1), got the mirror image {value}")
    return axes


def _check_values(root: Table, profile: Profile) -> None:
    """Note every use of a value that no step brings."""
    probed = {step.name for step in profile.probe_steps if isinstance(step, Read | Ask)}
    for variant in profile.variants:
        behaviour = variant.behaviour
        steps = (*behaviour.commands.configure, *behaviour.commands.start)
        brought = probed | {step.brings for step in steps}
        used = {
            field.scale.value
            for packet in behaviour.packets
            if packet.samples is not None
            for field in packet.samples.fields
            if isinstance(field.scale, ValueNumber)
        }
        if behaviour.firmware is not None:
            used.add(behaviour.firmware.value)
        if variant.value:
            used.add(variant.value)
        for name in sorted(used - brought):
            root.fault("commands", f"expected a step named {name!r}, which is used; add it")
