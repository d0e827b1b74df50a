"""The pulse of a watched place: «something is waiting», repeated until nothing waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

logger = logging.getLogger(__name__)

Place = Literal["inbox", "register", "review", "catalogue"]


class WaitingPulse(BaseEventTrigger):
    """Fires when something new waits in a place, and again every `repeat_after` seconds while it waits.

    It polls, because network shares send no events, and keeps nothing that matters: an event lost with a killed
    triggerer is followed by the next, and the event says only *that* something waits. What waits is decided by
    the task, from the folder and the ledger (Airflow 3.3 may strand one of two asset events that come close
    together, so an event must never be the only record of a batch).

    Args:
        place: `inbox` (complete batches), `register` (exports at rest), `review` (decisions that
            are not carried out yet) or `catalogue` (changes that the
            warehouse does not show yet).
        poll_seconds: Time between two looks.
        repeat_after: Seconds until the same news is told again.
    """

    def __init__(self, place: Place, poll_seconds: float = 2.0, repeat_after: float = 20.0) -> None:
        super().__init__()
        self.place: Place = place
        self.poll_seconds = poll_seconds
        self.repeat_after = repeat_after

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Class path and arguments, the inverse of `__init__`."""
        return (
            f"{type(self).__module__}.{type(self).__qualname__}",
            {"place": self.place, "poll_seconds": self.poll_seconds, "repeat_after": self.repeat_after},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, tell, sleep, for ever."""
        look = _LOOKS[self.place]
        clock = asyncio.get_running_loop().time
        told: set[str] = set()
        told_at = 0.0
        while True:
            try:
                waiting = set(await asyncio.to_thread(look))
            except Exception:  # an unmounted share or a busy database must not end the watch
                logger.exception("The %s cannot be looked at; trying again", self.place)
                waiting = set()
            if waiting - told or (waiting and clock() - told_at >= self.repeat_after):
                told_at = clock()
                yield TriggerEvent({"waiting": sorted(waiting)})
            told = waiting
            await asyncio.sleep(self.poll_seconds)


def _complete_batches() -> list[str]:
    from sohoa.intake import complete_batches
    from sohoa.settings import load_settings

    return complete_batches(load_settings())


def _waiting_exports() -> list[str]:
    from sohoa.register.folder import waiting_exports
    from sohoa.settings import load_settings

    return [path.name for path in waiting_exports(load_settings())]


def _unfinished() -> list[str]:
    from sohoa.review import unfinished
    from sohoa.settings import load_settings

    return unfinished(load_settings())


def _unpublished() -> list[str]:
    from sohoa.settings import load_settings
    from sohoa.warehouse import unpublished_event

    newest = unpublished_event(load_settings())
    return [] if newest is None else [f"event {newest}"]


_LOOKS: dict[Place, Callable[[], list[str]]] = {
    "inbox": _complete_batches,
    "register": _waiting_exports,
    "review": _unfinished,
    "catalogue": _unpublished,
}
