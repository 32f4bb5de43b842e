"""Reports of a session, trends over sessions, comparison of two: what is read afterwards.

Figures and their words need nothing beyond the base install; pages and charts need the extra
``report`` (jinja2, matplotlib).
"""
