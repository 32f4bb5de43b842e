"""Firmware profiles: what a device looks like, how it is started, and what its packets hold."""
