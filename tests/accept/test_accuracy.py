"""Accuracy on generated documents of seeds that nothing was tuned on (`make accept`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sohoa.samples import make_samples

pytestmark = pytest.mark.accept

BIN = Path(sys.executable).parent
# Seeds below 100000 are for tuning by hand; these are for measuring only.
SEEDS = {"clean": 730_001, "office": 730_002}
N_EACH = 100


def evaluated(level: str, folder: Path) -> dict[str, Any]:
    """Scores of `sohoa evaluate` on a fresh sample set of a level."""
    make_samples(folder / "samples", N_EACH, SEEDS[level], level)
    environment = {**os.environ, "SOHOA_HOME": str(folder / "home")}

    def sohoa(*arguments: str) -> str:
        done = subprocess.run([BIN / "sohoa", *arguments], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    sohoa("init")
    sohoa("register", "import", str(folder / "samples" / "register.csv"))
    sohoa("digitise", str(folder / "samples" / "scans"), "--unit", "G09.01")
    (folder / "got.jsonl").write_text(sohoa("catalogue", "export"), encoding="utf-8")
    truth = str(folder / "samples" / "truth.jsonl")
    scores = json.loads(sohoa("evaluate", "--truth", truth, "--got", str(folder / "got.jsonl"), "--json"))
    print(f"\n{level}: {json.dumps(scores['all'], ensure_ascii=False, indent=1)}")
    return scores["all"]


@pytest.mark.parametrize("level", list(SEEDS))
def test_no_wrong_value_is_accepted_and_every_link_is_right(level: str, tmp_path: Path) -> None:
    scores = evaluated(level, tmp_path)
    assert scores["n_documents"] == N_EACH
    assert scores["n_missing"] == 0
    assert scores["wrong_accepted"] == []
    assert scores["link_precision"] == 1.0
    if level == "clean":
        assert scores["closed_without_person"] >= 0.80
