"""Dossier and procedure codes out of whatever the one-stop systems print into their QR codes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sohoa.reading import Reading
from sohoa.reading.barcodes import codes_in, weigh_dossier
from sohoa.reading.record import NOTHING

DOSSIER, OTHER, THIRD = "000.00.00.G09-220412-0001", "G09.99-220412-0017", "000.00.53.H48-220921-0099"
PROCEDURE = "1.003822"
PRINTED = Reading(OTHER, 0.9, 2, (0.1, 0.8, 0.3, 0.82))


@pytest.mark.parametrize(
    "text",
    [
        f"Mã hồ sơ: {DOSSIER}\nMã TTHC: {PROCEDURE}\nMã định danh: 001087012345\nThời gian: 12/04/2022 09:41",
        f"{DOSSIER}|{PROCEDURE}|001087012345|Quyết định|BNV|20220412094100",
        json.dumps({"maHoSo": DOSSIER, "maTTHC": PROCEDURE, "tenGiayTo": "Quyết định"}, ensure_ascii=False),
        f"https://dichvucong.moha.gov.vn/tra-cuu?hoso={DOSSIER}&tthc={PROCEDURE}&t=1649731260",
        f"https://x.vn/?q=%7Bhs%3A{DOSSIER}%2Ctthc%3A{PROCEDURE}%7D",
        f"{DOSSIER}-KQ1;{PROCEDURE}",
    ],
)
def test_the_codes_are_found_in_every_form(text: str) -> None:
    assert codes_in([text]) == type(codes_in([]))((DOSSIER,), (PROCEDURE,))


def test_the_owner_of_a_local_copy_of_a_procedure_is_part_of_its_code() -> None:
    assert codes_in([f"{DOSSIER}|1.001612.000.00.00.H48"]).procedures == ("1.001612.000.00.00.H48",)


@pytest.mark.parametrize(
    "text",
    [
        "Số tiền: 1.003822 đồng",
        "https://example.org/1.003822",
        "000.00.00.G09-229912-0001",
        "12345",
        "TTHC 11.003822",
        "TTHC 1.0038221",
        "TTHC 0.003822",
        "TTHC 1.003822.5",
        "",
    ],
)
def test_what_only_looks_like_a_code_is_none(text: str) -> None:
    codes = codes_in([text])
    assert (codes.dossiers, codes.procedures) == ((), ())


@given(st.lists(st.text()))
def test_no_text_upsets_the_reading(texts: list[str]) -> None:
    codes_in(texts)


def test_the_qr_code_is_believed_before_the_print_and_what_it_contradicts_is_noted() -> None:
    found = weigh_dossier(PRINTED, None, [(), (f"{DOSSIER}|{PROCEDURE}",)])
    assert found.chosen == (Reading(DOSSIER, 0.99, 2), "qr")
    assert found.others == {"ocr": PRINTED}
    assert found.procedure == PROCEDURE


def test_the_manifest_is_believed_before_the_print() -> None:
    found = weigh_dossier(PRINTED, DOSSIER, [()])
    assert (found.chosen, found.others) == ((Reading(DOSSIER, 0.99), "manifest"), {"ocr": PRINTED})


def test_qr_code_against_manifest_is_a_contradiction() -> None:
    found = weigh_dossier(NOTHING, THIRD, [(DOSSIER,)])
    assert found.chosen[1] == "qr"
    assert found.others == {"manifest": Reading(THIRD, 0.99)}


def test_sources_that_agree_contradict_nothing() -> None:
    found = weigh_dossier(PRINTED, OTHER, [(OTHER,)])
    assert (found.chosen, found.others) == ((Reading(OTHER, 0.99, 1), "qr"), {})


def test_of_several_dossiers_that_one_result_settles_the_one_named_elsewhere_is_meant() -> None:
    found = weigh_dossier(PRINTED, None, [(DOSSIER, OTHER)])
    assert (found.chosen[0].value, found.others) == (OTHER, {})


def test_without_any_code_there_is_what_the_print_gave() -> None:
    assert weigh_dossier(PRINTED, None, [()]).chosen == (PRINTED, "ocr")
    assert weigh_dossier(NOTHING, None, []).chosen == (NOTHING, "ocr")


def test_several_procedures_are_none() -> None:
    assert weigh_dossier(NOTHING, None, [(f"{DOSSIER}|1.003822|1.003621",)]).procedure is None
