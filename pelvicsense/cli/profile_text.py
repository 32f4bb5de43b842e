"""A firmware profile in readable form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pelvicsense.profiles.layout import Field, Packet, ValueNumber
from pelvicsense.profiles.plan import Ask, Modify, Read, Step, Write
from pelvicsense.profiles.schema import CONFIDENCE_WORDS, Profile, Variant


def profile_lines(profile: Profile) -> Iterator[str]:
    """Yield what a profile says, line by line."""
    names = {uuid: name for name, uuids in profile.characteristics.items() for uuid in uuids}
    yield profile.device
    if profile.refusal:
        yield f"Refused: {profile.refusal}"
    if profile.notes:
        yield profile.notes
    yield ""
    match = profile.match
    by = [*map(repr, match.names), *(f"service {uuid}" for uuid in sorted(match.services))]
    yield f"Recognised by {', '.join(by)}"
    for name, uuids in profile.characteristics.items():
        yield f"  {name}: {' or '.join(uuids)}"
    yield from _steps("Probe", profile.probe_steps, names)
    for variant in profile.variants:
        yield from _variant(variant, names)
    yield ""
    for fact, confidence in profile.confidence.items():
        yield f"{fact}: {confidence} ({CONFIDENCE_WORDS[confidence]})"
    kinds = [vector.kind.value for vector in profile.vectors]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    yield f"Vectors: {counts or 'none'}"
    for source in profile.sources:
        yield f"Source: {source}"


def _variant(variant: Variant, names: dict[str, str]) -> Iterator[str]:
    behaviour = variant.behaviour
    yield ""
    if variant.name:
        at = f"{variant.value}[{variant.at}] = {variant.data.hex(' ')}"
        yield f"Variant {variant.name}, where {at}"
    rates = ", ".join(f"{option.hz:g}" for option in behaviour.rates.options)
    yield f"Rates: {rates} Hz; {behaviour.rates.default_hz:g} Hz unless another is asked for"
    option = behaviour.rates.option(behaviour.rates.default_hz)
    codes = option.codes if option is not None else {}
    for title in ("configure", "start", "stop", "identify"):
        templates = getattr(behaviour.commands, title)
        yield from _steps(title.capitalize(), [step.fill(codes) for step in templates], names)
    alive = behaviour.commands.keep_alive
    if alive is not None:
        steps = [step.fill(codes) for step in alive.steps]
        yield from _steps(f"Every {alive.period_s:g} s", steps, names)
    if behaviour.battery is not None:
        yield from _steps("Battery", [behaviour.battery.step.fill(codes)], names)
    for packet in behaviour.packets:
        framing = behaviour.framing_of(packet.characteristic)
        yield from _packet(packet, names[packet.characteristic], framing.value)
    if behaviour.time is not None:
        time = behaviour.time
        yield f"Time: {time.tick_s:g} s per tick, {time.bits} bits, of the {time.anchor} sample"
    if behaviour.join is not None:
        yield f"acc and gyr are joined by {behaviour.join}"
    axes = " ".join(("" if sign > 0 else "-") + "xyz"[axis] for axis, sign in behaviour.axes)
    yield f"Our x y z are the device's {axes}"


def _steps(title: str, steps: Sequence[Step], names: dict[str, str]) -> Iterator[str]:
    for i, step in enumerate(steps):
        yield f"{title if i == 0 else ' ' * len(title)}: {_step(step, names)}"


def _step(step: Step, names: dict[str, str]) -> str:
    where = names[step.characteristic]
    if isinstance(step, Write):
        return f"write {step.data.hex(' ')} to {where}{_delay(step.delay_s)}"
    if isinstance(step, Read):
        return f"read {where} as {step.name}"
    if isinstance(step, Ask):
        reply = f"{step.reply_prefix.hex(' ')} … from {names[step.reply_characteristic]}"
        return f"write {step.data.hex(' ')} to {where}, expect {reply} as {step.name}"
    assert isinstance(step, Modify)
    patches = ", ".join(f"{data.hex(' ')} at {at}" for at, data in step.patches)
    return f"change {where}: {patches}{_delay(step.delay_s)}"


def _delay(delay_s: float) -> str:
    return f", wait {delay_s:g} s" if delay_s else ""


def _packet(packet: Packet, where: str, framing: str) -> Iterator[str]:
    constants = ", ".join(f"{data.hex(' ')} at {at}" for at, data in packet.constants)
    yield f"Packet {packet.name!r} on {where} ({framing}){f', {constants}' if constants else ''}"
    for field in packet.fields:
        yield f"  {_field(field)}"
    samples = packet.samples
    if samples is None:
        yield "  ignored"
        return
    codec = f", codec {samples.codec}" if samples.codec else ""
    yield f"  samples at {samples.at}: {samples.repeat}, {samples.major}-major{codec}"
    for field in samples.fields:
        yield f"    {_field(field)}"


def _field(field: Field) -> str:
    scale = field.scale
    if isinstance(scale, ValueNumber):
        by = f" × {scale.type} at {scale.at} of {scale.value}"
    else:
        by = "" if scale == 1.0 else f" × {scale:.9g}"
    count = f"{field.count} × " if field.count > 1 else ""
    return f"at {field.at}: {field.name}, {count}{field.type}{by} {field.unit}".rstrip()
