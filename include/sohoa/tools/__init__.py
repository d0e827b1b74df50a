"""Running other programs on files that nobody vouches for: limited, killable, never orphaned."""

from __future__ import annotations

import os
import sys
from pathlib import Path

LAUNCHER = Path(__file__).parent / "launcher.sh"
TESSERACT = Path(__file__).parent / "tesseract.sh"


def arm_launcher(memory_mb: int) -> None:
    """Tell the launcher who calls, by which Python, and how much memory (MiB) the tool may use.

    It goes through the environment because pytesseract passes nothing else on.
    """
    os.environ["SOHOA_CALLER"] = str(os.getpid())
    os.environ["SOHOA_PYTHON"] = sys.executable
    os.environ["SOHOA_TOOL_MEMORY_MB"] = str(memory_mb)
    os.environ["OMP_THREAD_LIMIT"] = "1"
    # Pages are large: in ordinary small pieces, giving them their memory takes a twentieth of a tool's time.
    os.environ.setdefault("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")
