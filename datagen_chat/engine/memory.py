"""The allocator, told to keep freed blocks: faulting their pages in again costs more than any kernel."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

import pyarrow as pa

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h of glibc


@cache
def keep_freed_memory() -> bool:
    """Ask glibc to serve large blocks from one heap and never to trim it; return whether it agreed. Elsewhere do nothing.

    One heap for all threads: what one worker frees the next may use, and blocks are too few for the lock to be felt.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    wanted = {_MMAP_THRESHOLD: 1 << 30, _TRIM_THRESHOLD: (1 << 31) - 1, _ARENA_MAX: 1}
    if mallopt is None or not all(mallopt(option, value) for option, value in wanted.items()):
        return False
    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own pools give their pages back too
    return True
