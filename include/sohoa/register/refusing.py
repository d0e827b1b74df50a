"""Files that are taken as a whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sohoa.errors import SohoaError
from sohoa.messages import say
from sohoa.register.rows import Rejection
from sohoa.settings import Settings

LINES_IN_MESSAGE = 5


class RowsRefused(SohoaError):
    """Rows of a file are wrong, and nothing of it was imported; `rejections` tells of all of them, by line."""

    def __init__(self, settings: Settings, file: Path, rejections: Sequence[Rejection]) -> None:
        """Say which rows, the first ones with their reasons."""
        self.rejections = tuple(rejections)
        language = settings.language
        lines = sorted({rejection.line for rejection in rejections})
        first = [
            f"{one.line}{f' [{one.column}]' if one.column else ''} {say(one.reason, language)}"
            for one in self.rejections[:LINES_IN_MESSAGE]
        ]
        super().__init__(
            say("register.rows_refused", language, file=file.name, n_rows=len(lines), rows="; ".join(first))
        )
