"""How much memory processes hold."""

from __future__ import annotations

import psutil


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and all below it; none if it has ended."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def held_mb(process: psutil.Process) -> float:
    """MB that a process holds, 0 if it has ended.

    Shared pages are divided among their users: forked workers would count the same libraries again and again.
    """
    try:
        return float(process.memory_full_info().pss) / 1e6
    except psutil.Error:
        return 0.0
