"""Where live data goes: the recorder and its files, the status of a running log, the network.

Read in this order: ``append_file`` (one file that stays valid whatever happens), ``unfinished``
(telling a recording that runs from one that crashed), ``session_files`` (the folder), ``recorder``;
``privacy`` and ``sensor_lock`` (which device, and who may use it); ``battery``, ``status_tracker``
and ``status`` (what a log shows); ``lsl`` (streams for other programs).
"""
