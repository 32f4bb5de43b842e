"""Read the next group while the last one is being computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def read_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield ``items`` unchanged; the one after next is fetched in another thread meanwhile.

    The order and an error in fetching are those of the plain iteration.
    """
    source = iter(items)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead") as reader:
        coming = reader.submit(_next, source)
        while True:
            fetched = coming.result()
            if not fetched:
                return
            coming = reader.submit(_next, source)
            yield fetched[0]


def _next(source: Iterator[Item]) -> tuple[Item, ...]:
    """Return the next item alone, or nothing at the end."""
    for item in source:
        return (item,)
    return ()
