"""The two stations that must be right as a whole: the register comes in, and the warehouse goes out, past a gate."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sohoa.catalogue.bulk import rarely_collecting
from sohoa.errors import SohoaError
from sohoa.indicators import today
from sohoa.quality import (
    REGISTER_COLUMNS,
    GateResult,
    judge,
    register_frame,
    require,
    store_verdicts,
    warehouse_frame,
    write_data_docs,
)
from sohoa.register import ImportSummary, import_judged, read_register
from sohoa.register.folder import DONE, REFUSED, put_away, waiting_exports
from sohoa.settings import Settings

if TYPE_CHECKING:
    from sohoa.warehouse import LoadSummary, StagedRates


def take_in_register(
    settings: Settings,
    file: Path,
    mapping: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ImportSummary:
    """Import a register export that passes its gate.

    Raises:
        GateFailed: the file as a whole cannot be trusted; nothing was imported.
        SohoaError: the file cannot be read.
    """
    with file.open("rb") as stream:
        subject = f"register-{hashlib.file_digest(stream, 'sha256').hexdigest()[:16]}"
    with rarely_collecting(), read_register(settings, file, mapping) as judged:
        frame = register_frame(judged.accepted.values(REGISTER_COLUMNS), judged.n_rejected, today())
        _pass(settings, judge(settings, "register", subject, frame, "line"))
        del frame
        gc.collect()  # its memory is wanted for the import, and the gate's library ties it into cycles
        return import_judged(settings, file, judged, progress)


def import_waiting(settings: Settings) -> list[str]:
    """Import every export that waits in the register folder; return their names.

    A file that cannot be taken is put aside, so that it does not stop the others.

    Raises:
        SohoaError: after all were tried, if one or more were refused; says which and why.
    """
    done, refused = [], []
    for file in waiting_exports(settings):
        try:
            take_in_register(settings, file)
        except SohoaError as error:
            place = put_away(settings, file, REFUSED)
            refused.append(f"{file.name} (now {place}): {error}")
        else:
            put_away(settings, file, DONE)
            done.append(file.name)
    if refused:
        raise SohoaError("; ".join(refused))
    return done


def publish_rates(settings: Settings, *, in_full: bool = False) -> LoadSummary:
    """Bring the warehouse up to date with the catalogue, past its gate; `in_full`, count everything anew.

    Raises:
        GateFailed: the figures contradict themselves; the warehouse keeps what it had.
    """
    # It brings pandas along, which those who only read pages need not wait for.
    from sohoa.warehouse import refresh_warehouse

    def gate(staged: StagedRates) -> None:
        _pass(settings, judge(settings, "warehouse", staged.load_id, warehouse_frame(staged.rates), "rate_id"))

    return refresh_warehouse(settings, gate, in_full=in_full)


def _pass(settings: Settings, result: GateResult) -> None:
    store_verdicts(settings, result)
    write_data_docs(settings, result)
    require(result)
