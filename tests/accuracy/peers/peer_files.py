"""How a peer's script reads its sessions and writes its answers; numpy is all it needs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Answer = dict[str, Any]


def answer_all(answer: Callable[[dict[str, Any]], Answer]) -> None:
    """Answer each ``IN/*.npz`` in ``OUT``; a failure is an answer too."""
    sessions, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(sessions.glob("*.npz")):
        given = dict(np.load(path))
        start = time.process_time()
        try:
            result = answer(given)
        except Exception as error:  # whatever a peer raises is its answer to this session
            result = {"error": np.array(f"{type(error).__name__}: {error}"[:200])}
        result["cpu_s"] = np.array(time.process_time() - start)
        np.savez(out / path.name, **result)
