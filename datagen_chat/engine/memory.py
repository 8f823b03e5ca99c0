"""The allocator, told to keep freed blocks: faulting their pages in again costs more than any kernel."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

import pyarrow as pa

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h of glibc


@cache
def keep_freed_memory() -> bool:
    """Ask glibc to serve large blocks from its heap and never to trim it; return whether it agreed. Elsewhere do nothing."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None or not (mallopt(_MMAP_THRESHOLD, 1 << 30) and mallopt(_TRIM_THRESHOLD, (1 << 31) - 1)):
        return False
    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own pools give their pages back too
    return True
