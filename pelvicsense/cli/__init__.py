"""The command line, one small file per command; ``app`` holds what they share."""

from pelvicsense.cli.app import main

__all__ = ["main"]
