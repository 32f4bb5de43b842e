"""Simulated sensors on a simulated radio: the real bleak code runs without hardware.

Read in this order: ``gatt`` (what a device's firmware is), ``models`` (the firmwares), ``feed`` and
``people`` (what a worn sensor measures), ``path``, ``air`` and ``controller`` (the radio, and what
can go wrong on it), ``advert`` and ``peripheral`` (a firmware on the air), ``central`` and
``backend`` (the host's adapter, and bleak on it), ``radio`` (the entry, with all faults),
``virtual_time`` (faster than life).
"""
