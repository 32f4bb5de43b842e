"""Sensors on the radio, by bleak: find them, start them, keep them, take what they send.

Read in this order: ``radio`` (which Bluetooth, which clock), ``sightings`` (who is there),
``worn`` (who wears what), ``connection`` (one connected device), ``link_state`` and ``link`` (one
sensor from start to stop, through losses), ``source`` (all sensors as the pipeline's inputs),
``advice`` (errors in plain words).
"""
