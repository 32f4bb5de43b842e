"""Sessions in the formats of other tools.

Read in this order: ``motion`` (a session's body over time), ``angles`` (in which convention),
``place`` (files whole or not at all), one file per format, ``run`` (which format is whose).
"""
