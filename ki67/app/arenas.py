"""Memory that many threads share: left alone, glibc keeps apart for each of them what it freed, and the process only grows."""

import ctypes
import sys

M_ARENA_MAX, FEW = -8, 2  # of mallopt(3); with one, threads wait for one another


def share_arenas() -> None:
    """From now on, before threads are started; nothing where the system has no such setting."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(M_ARENA_MAX, FEW)
