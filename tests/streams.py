"""Feeding pipelines in many ways, and comparing exactly what they say."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

import numpy as np

from pelvicsense.datatypes.placement import Placement
from pelvicsense.datatypes.samples import Mark, SampleBlock, StreamInput
from pelvicsense.pipeline.config import PipelineConfig
from pelvicsense.pipeline.pipeline import Output, Pipeline
from pelvicsense.recording.arrival import in_arrival_order
from pelvicsense.recording.rows import SampleRows, rows_from_blocks
from pelvicsense.synthetic import SimulatedSession

T = TypeVar("T")
