"""Recordings of other tools become sessions.

Read in this order: ``signal`` (what a format yields), ``table`` (text tables with line-level
errors), one file per format, ``formats`` (which file is whose), ``check`` (units at rest),
``place`` (which sensor sits where), ``run`` (files in, session out).
"""
