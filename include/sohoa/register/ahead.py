"""Work on the next portion of rows on another core while this process writes the last one."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection
from typing import TypeVar

logger = logging.getLogger(__name__)

Portion = TypeVar("Portion")
Asked = TypeVar("Asked")
Worked = TypeVar("Worked")


def with_work_ahead(
    portions: Iterable[Portion], ask: Callable[[Portion], Asked], work: Callable[[Asked], Worked], *, apart: bool
) -> Iterator[tuple[Portion, Worked]]:
    """Each portion with what the work makes of it.

    Args:
        portions: In the order in which they are given back.
        ask: What of a portion the work needs.
        work: A function of a module, whose argument and result can be pickled.
        apart: Whether it is worth a process of its own, which takes half a second to start. With one core none is,
            and a process that Python ends together with its own parent may not start any.
    """
    if not apart or len(os.sched_getaffinity(0)) == 1 or current_process().daemon:
        yield from ((portion, work(ask(portion))) for portion in portions)
        return
    with _process(work) as connection:

        def worked(portion: Portion) -> Worked:
            try:
                answer: Worked = connection.recv()
            except (EOFError, OSError):
                logger.warning("The process that works on the next rows is gone; this one does its work too")
                return work(ask(portion))
            return answer

        waiting: list[Portion] = []
        for portion in portions:
            # It is asked only when it has answered: neither side ever writes while the other one does.
            answers = [(before, worked(before)) for before in waiting]
            with suppress(OSError):  # gone: it will not answer either
                connection.send(ask(portion))
            yield from answers
            waiting = [portion]
        yield from ((portion, worked(portion)) for portion in waiting)


@contextmanager
def _process(work: Callable[[Asked], Worked]) -> Iterator[Connection]:
    # Not forked: other threads of this process may hold locks, which nobody would release in a copy of it.
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(work, there), daemon=True)
    process.start()
    there.close()
    try:
        with here:
            yield here
    finally:
        # It sees that the pipe is closed, as it does when this process is killed.
        process.join()


def _serve(work: Callable[[Asked], Worked], connection: Connection) -> None:
    while True:
        try:
            asked = connection.recv()
        except EOFError:
            return
        try:
            connection.send(work(asked))
        except BrokenPipeError:
            return
