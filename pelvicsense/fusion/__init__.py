"""Orientation filters behind one small protocol."""
