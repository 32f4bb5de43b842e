"""Words of the screens."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pelvicsense.datatypes.gait import Flag
from pelvicsense.feedback.zone import Metric, Zone, ZonePlace
from pelvicsense.runtime.notices import why_empty

METRIC_WORDS: Mapping[Metric, str] = {
    Metric.PELVIC_DROP_PEAK: "pelvic drop",
    Metric.PELVIC_DROP_EXCURSION: "pelvic drop, excursion",
    Metric.HIP_ADDUCTION_PEAK: "hip adduction",
    Metric.THIGH_ROTATION_PEAK: "thigh rotation, peak",
    Metric.THIGH_ROTATION_EXCURSION: "thigh rotation",
}

NOTHING_YET = "no stance yet"


def why_unknown(metric: Metric, flags: Sequence[Flag]) -> str:
    """Return why a stance does not know a metric."""
    return why_empty(metric, flags) or "it cannot be told from this stance"


def zone_words(value_deg: float, zone: Zone) -> str:
    """Return where a known value lies: ``in zone``, ``1.2° above``, ``0.4° below``."""
    place = zone.place(value_deg)
    if place is ZonePlace.IN:
        return "in zone"
    return f"{abs(zone.outside_deg(value_deg)):.1f}° {place}"


def known(value: float) -> float | None:
    """Return a number, none where it is not finite."""
    return value if math.isfinite(value) else None


def capital(sentence: str) -> str:
    """Return a sentence with a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]
