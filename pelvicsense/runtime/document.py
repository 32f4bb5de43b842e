"""A result as plain values: what summary.json and ``--json`` hold."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from pelvicsense import __version__
from pelvicsense.datatypes.calibration import Calibration
from pelvicsense.runtime.notices import DISCLAIMER
from pelvicsense.runtime.plan_history import adherence_document
from pelvicsense.runtime.result import SessionResult


def summary_document(result: SessionResult) -> dict[str, Any]:
    """Return figures, quality, and what made them; unknown numbers may be ``nan``."""
    manifest = result.manifest
    plan = {"plan": adherence_document(result.adherence)} if result.adherence is not None else {}
    return {
        "session": {
            "name": result.name,
            "subject": manifest.subject,
            "started_at": manifest.started_at.isoformat(),
            "duration_s": result.duration_s,
        },
        "strides": {"valid": result.summary.valid, "invalid": result.summary.invalid},
        **plan,
        "figures": result.summary.as_dict(),
        "notices": list(result.notices),
        "quality": {
            "sensors": {sensor.value: asdict(link) for sensor, link in result.links.items()},
            "calibration": _calibration(result),
        },
        "made_by": {
            "package": "pelvicsense",
            "version": __version__,
            "filter": result.config.fusion.filter,
            "configuration_fingerprint": result.config.fingerprint(),
            "configuration": result.config.as_dict(),
        },
        "disclaimer": DISCLAIMER,
    }


def _calibration(result: SessionResult) -> dict[str, Any]:
    calibration = result.calibration
    plain: dict[str, Any] = {"accepted": calibration is not None, "refusals": result.refusals}
    if calibration is not None:
        plain |= _accepted(calibration, result.config.clock.rate_hz)
    return plain


def _accepted(calibration: Calibration, rate_hz: float) -> dict[str, Any]:
    still = calibration.still
    return {
        "still_s": [still.first / rate_hz, still.end / rate_hz],
        "still_stated": still.stated,
        "strides_s": [calibration.first / rate_hz, calibration.end / rate_hz],
        "strides": calibration.strides,
        "final": calibration.final,
        "vote": calibration.vote,
        "forward_sigma_deg": math.degrees(calibration.pelvis_heading_sigma),
        "hips": {
            side.value: {
                "contrast": hip.contrast,
                "misfit_mps2": hip.misfit,
                "residual_lag_s": hip.lag_s,
                "heading_sigma_deg": math.degrees(calibration.heading_sigma[side]),
            }
            for side, hip in calibration.hips.items()
        },
    }
