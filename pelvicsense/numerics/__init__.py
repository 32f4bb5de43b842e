"""Arithmetic the stages share: quaternions, causal filters with carried state, row buffers."""
