"""Settings of all tests; its presence lets every test folder import the helpers beside it."""

from __future__ import annotations

from hypothesis import settings

# Timing says nothing about correctness, and a failing example must come back in the next run.
settings.register_profile("pelvicsense", deadline=None, derandomize=True)
settings.load_profile("pelvicsense")
