"""The live window.

Read in this order: ``view_state`` (what is shown), ``view_model`` and its parts (how it is made of
what happens), ``commands`` (what a user may do); then the windows and panels, the only Qt.
"""
