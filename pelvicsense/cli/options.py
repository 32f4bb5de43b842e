"""What several commands make of their options."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pelvicsense.pipeline.config import PipelineConfig


def config_with(filter_name: str) -> PipelineConfig:
    """Return the default parameters with another orientation filter.

    Raises
    ------
    FilterRefusedError, ConfigurationError
        If the filter is refused, or there is none of that name.
    """
    from pelvicsense.fusion.registry import make_filter
    from pelvicsense.fusion.stage import FusionConfig
    from pelvicsense.pipeline.config import PipelineConfig

    config = PipelineConfig(fusion=FusionConfig(filter=filter_name))
    make_filter(filter_name, config.clock.rate_hz, config.fusion.filters)  # refuse it now
    return config
