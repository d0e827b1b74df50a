"""The folder into which the one-stop system's exports are put."""

from __future__ import annotations

import time
from pathlib import Path

from sohoa.settings import Settings

_ENDINGS = frozenset({".csv", ".xlsx"})
DONE, REFUSED = ".done", ".refused"


def waiting_exports(settings: Settings) -> list[Path]:
    """Exports in the register folder that have rested, oldest first, so that the newest state wins."""
    if not settings.register_dir.is_dir():
        return []
    rested_since = time.time() - settings.rest_seconds
    found = []
    for path in settings.register_dir.iterdir():
        regular = path.is_file() and not path.is_symlink() and not path.name.startswith((".", "~$"))
        if regular and path.suffix.lower() in _ENDINGS:
            facts = path.stat()
            # A copy may carry the original's time; its own inode tells when it last changed here.
            changed_at = max(facts.st_mtime, facts.st_ctime)
            if changed_at <= rested_since or changed_at > time.time() + settings.rest_seconds:
                found.append((facts.st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def put_away(settings: Settings, file: Path, folder: str) -> Path:
    """Move an export to `.done` or `.refused`, without overwriting an earlier one of the same name."""
    target = settings.register_dir / folder
    target.mkdir(exist_ok=True)
    place = target / f"{time.time_ns()}-{file.name}"
    file.rename(place)
    return place
