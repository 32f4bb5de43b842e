"""Target zones, cues and retraining plans: which stride is told, and how it sounds.

Read in this order: ``zone`` (what is aimed at), ``minutes`` and ``programme`` (what is told when),
``plan`` (a person's sessions; ``plan_make`` from a baseline, ``plan_text`` as TOML), ``adherence``
(what was done of it), ``tones`` (how a cue sounds), ``haptics`` (how it would feel).
"""
