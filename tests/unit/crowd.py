"""Several processes that do the same thing at the same instant."""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

# A server that has imported everything once forks each child: a spawned one would import for a second.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["sohoa.intake", "sohoa.catalogue.migrate"])


def all_at_once(n: int, function: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Call `function(*arguments)` in `n` processes that start together; return the answers, raise the first fault."""
    barrier, answers = _CONTEXT.Barrier(n), _CONTEXT.Queue()
    children = [_CONTEXT.Process(target=_run, args=(barrier, answers, function, arguments)) for _ in range(n)]
    for child in children:
        child.start()
    try:
        told = [answers.get(timeout=60) for _ in children]
    finally:
        for child in children:
            child.join(timeout=10)
            child.kill()
    for fault in (fault for fault, _ in told if fault):
        raise AssertionError(fault)
    return [answer for _, answer in told]


def _run(barrier: Barrier, answers: Queue[Any], function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    try:
        barrier.wait(timeout=60)
        told = ("", function(*arguments))
    except BaseException:  # noqa: BLE001 - told to the parent
        told = (f"in process {os.getpid()}: {traceback.format_exc()}", None)
    answers.put(told)
