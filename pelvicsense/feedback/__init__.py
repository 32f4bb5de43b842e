"""Target zones, cues and the faded-feedback programme: which stride is told, and how it sounds.

Read in this order: ``zone`` (what is aimed at), ``programme`` (which strides are told),
``tones`` (how a cue sounds), ``haptics`` (how it would feel).
"""
