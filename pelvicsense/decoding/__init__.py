"""Bytes ↔ samples: what a profile says about packets, carried out in both directions."""
