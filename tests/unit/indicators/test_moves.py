from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from sohoa.errors import SohoaError
from sohoa.indicators import ALWAYS, FOREVER, load_moves
from sohoa.indicators.moves import Tenure
from sohoa.indicators.results import is_above_the_ministry
from sohoa.settings import Settings

D = dt.date


def settings_with(tmp_path: Path, *moves: str) -> Settings:
    rows = "".join(f"\n  - {{{move}}}" for move in moves)
    (tmp_path / "moves.yaml").write_text(f"ministry: G09\nmoves: {rows}\n", encoding="utf-8")
    return Settings(home=tmp_path, unit_moves=tmp_path / "moves.yaml")


def test_results_count_under_each_holder_in_its_time_and_nowhere_outside_the_ministry(tmp_path: Path) -> None:
    moves = load_moves(
        settings_with(
            tmp_path,
            "unit: G10.07, successor: G09.08, name: Vụ Lao động, since: 2025-03-01",
            "unit: G09.08, successor: G09.09, name: Vụ Việc làm, since: 2026-01-01",
            "unit: G09.03, successor: G21.01, name: Ban Tôn giáo, since: 2025-03-01",
        )
    )
    assert moves.tenures() == (
        Tenure("G09.03", "G09.03", ALWAYS, D(2025, 3, 1)),
        Tenure("G09.08", "G09.08", ALWAYS, D(2026, 1, 1)),
        Tenure("G09.08", "G09.09", D(2026, 1, 1), FOREVER),
        Tenure("G10.07", "G09.08", D(2025, 3, 1), D(2026, 1, 1)),
        Tenure("G10.07", "G09.09", D(2026, 1, 1), FOREVER),
    )
    assert moves.counting_units(["G09.01", "G09.08"]) == ["G09.01", "G09.08", "G09.09"]


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        (["unit: A, successor: B, name: B, since: 2025-03-01"] * 2, "one successor only: A"),
        (
            [
                "unit: A, successor: B, name: B, since: 2025-03-01",
                "unit: B, successor: A, name: A, since: 2025-04-01",
            ],
            "is to move on",
        ),
        (["unit: A, successor: B, name: B, since: soon"], "tells no moves"),
        (["unit: A, successor: B, since: 2025-03-01"], "tells no moves"),
    ],
    ids=["twice", "in a circle", "no day", "no name"],
)
def test_moves_that_contradict_each_other_are_refused(tmp_path: Path, moves: list[str], told: str) -> None:
    with pytest.raises(SohoaError, match=told):
        load_moves(settings_with(tmp_path, *moves))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SohoaError, match="SOHOA_UNIT_MOVES"):
        load_moves(Settings(home=tmp_path, unit_moves=tmp_path / "none.yaml"))


def test_the_shipped_rules_move_nobody() -> None:
    assert load_moves(Settings()).moves == ()


@pytest.mark.parametrize("authority", ["Thủ tướng Chính phủ", "CHỦ TỊCH NƯỚC", "chính phủ", "Thủ tướng"])
def test_state_leaders_stand_above_the_ministry(authority: str) -> None:
    assert is_above_the_ministry(authority)


@pytest.mark.parametrize("authority", ["Bộ trưởng Bộ Nội vụ", "Ban Tôn giáo Chính phủ", "Văn phòng Chính phủ", ""])
def test_others_do_not(authority: str) -> None:
    assert not is_above_the_ministry(authority)
