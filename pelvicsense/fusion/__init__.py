"""Orientation of every sensor against the vertical, from gyroscope and accelerometer alone.

Read from top to bottom:

- ``filters``: the protocol every filter answers to.
- ``vqf_filter``: the default filter.
- ``rest``, ``levelling``, ``ahrs_filter``, ``ahrs_steps``, ``ahrs_config``: the filters of the
  ``ahrs`` package, each started from a still pose with the gyro bias of that pose removed.
- ``registry``: which filters exist, which are refused and why.
- ``sensor_fusion``, ``stage``: grid in, orientations out; gaps, restarts and the half sample.

All filters give ``earth_from_sensor`` (wxyz, earth z up). The heading is arbitrary and drifts.
"""
