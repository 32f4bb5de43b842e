"""Sources, pipeline and files put together: what the commands and ``pelvicsense.analyze`` call."""
