"""Work on portions of rows on another core too, while this process does what follows on them."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, Generic, TypeVar

logger = logging.getLogger(__name__)

Portion = TypeVar("Portion")
Worked = TypeVar("Worked")

_MOST_IN_HAND = 4
"""Portions that wait to be given back; at so many this process waits for the one that the other works on."""


def with_work_ahead(
    portions: Iterable[Portion], ask: Callable[[Portion], Any], work: Callable[[Any], Worked], *, apart: bool
) -> Iterator[tuple[Portion, Worked]]:
    """Each portion with what the work makes of it.

    Another process does one portion after the other, and this one those that come while the other is busy.

    Args:
        portions: In the order in which they are given back.
        ask: What of a portion the work needs.
        work: A function of a module, whose argument and result can be pickled.
        apart: Whether it is worth a process of its own, which takes half a second to start. With one core none is.
    """
    if not apart or len(os.sched_getaffinity(0)) == 1:
        yield from ((portion, work(ask(portion))) for portion in portions)
        return
    with _process(work) as connection:
        other = _Other(connection)
        in_hand: deque[_InHand[Portion, Worked]] = deque()
        for portion in portions:
            one = _InHand(portion, ask, work)
            in_hand.append(one)
            if not other.takes(one):
                one.do()
            if len(in_hand) == _MOST_IN_HAND:
                other.finish()
            while in_hand and in_hand[0].is_done:
                yield in_hand.popleft().given_back()
        other.finish()
        yield from (one.given_back() for one in in_hand)


def with_work_behind(
    portions: Iterable[Portion], work: Callable[[Portion], Worked], *, apart: bool
) -> Iterator[Worked]:
    """What the work makes of each portion; while a thread works on one, the next one is made ready.

    Args:
        portions: Made ready by the thread that asks, in the order in which they are worked on.
        work: Never done on two portions at once.
        apart: Whether it is worth a thread: where the work waits for a server. Where it is done in this process, two
            threads would only take turns.
    """
    if not apart:
        yield from map(work, portions)
        return
    with ThreadPoolExecutor(max_workers=1) as thread:
        in_hand: Future[Worked] | None = None
        try:
            for portion in portions:
                if in_hand:
                    yield in_hand.result()
                in_hand = thread.submit(work, portion)
        except Exception as error:
            earlier = in_hand.exception() if in_hand else None
            if earlier is None or earlier is error:
                raise
            raise earlier from error
        if in_hand:
            yield in_hand.result()


@dataclass
class _InHand(Generic[Portion, Worked]):
    """A portion and, once it is done, what the work made of it."""

    portion: Portion
    ask: Callable[[Portion], Any]
    work: Callable[[Any], Worked]
    is_done: bool = False
    worked: Worked | None = None

    def do(self) -> None:
        self.done(self.work(self.ask(self.portion)))

    def done(self, worked: Worked) -> None:
        self.worked, self.is_done = worked, True

    def given_back(self) -> tuple[Portion, Worked]:
        return self.portion, self.worked  # type: ignore[return-value] # asked of what is done only


class _Other:
    """The other process. It is asked only when it has answered: neither side ever writes while the other one does."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._works_on: _InHand[Any, Any] | None = None
        self._is_ready = self._is_gone = False

    def takes(self, one: _InHand[Any, Any]) -> bool:
        """Give it a portion; False if it is still starting, busy, or gone."""
        if self._works_on and self._connection.poll():
            self.finish()
        if self._works_on or self._is_gone or not (self._is_ready or self._connection.poll()):
            return False
        try:
            if not self._is_ready:
                self._is_ready = bool(self._connection.recv())
            self._connection.send(one.ask(one.portion))
        except (EOFError, OSError):
            self._lose()
            return False
        self._works_on = one
        return True

    def finish(self) -> None:
        """Wait for what it works on."""
        one, self._works_on = self._works_on, None
        if one is None:
            return
        try:
            one.done(self._connection.recv())
        except (EOFError, OSError):
            self._lose()
            one.do()

    def _lose(self) -> None:
        self._is_gone = True
        logger.warning("The process that works on rows is gone; this one does its work too")


@contextmanager
def _process(work: Callable[[Any], Any]) -> Iterator[Connection]:
    """A process that answers what it is sent with what the work makes of it.

    Not one of multiprocessing: it would load first what this process began with, all of Airflow for one.
    """
    here, there = Pipe()
    with here:
        with there:
            command = [sys.executable, "-P", __file__, str(there.fileno())]
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, pass_fds=[there.fileno()], start_new_session=True
            )
        with process:
            try:
                here.send(sys.path)
                here.send(work)
                yield here
            finally:
                # It sees that the pipe is closed, as it does when this process is killed.
                here.close()


def _serve(connection: Connection) -> None:
    sys.path = connection.recv()
    work = connection.recv()
    # Found by the path of the other process only.
    from sohoa.catalogue.bulk import rarely_collecting

    with rarely_collecting(), suppress(EOFError, ConnectionError):  # once the other one has what it wants, it hangs up
        connection.send("ready")
        while True:
            connection.send(work(connection.recv()))


if __name__ == "__main__":
    _serve(Connection(int(sys.argv[1])))
