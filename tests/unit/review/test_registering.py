"""Register from the paper: two people, one row, counted apart."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Dossier, ProposedResult, Result, ReviewItem
from sohoa.register import REQUIRED, import_register
from sohoa.register.link import Claim, link
from sohoa.review import (
    Accept,
    Changed,
    Correct,
    NotAllowed,
    NotFound,
    WrongValue,
    confirm_result,
    decide,
    decline_result,
    find_proposal,
    open_proposals,
    propose_result,
    take,
    unfinished,
)

from .world import READ, World

AN, BINH = "Nguyễn Thị An", "Trần Bình"
SURE = {**READ, "code_number": ("115", 0.99)}


def waits(world: World, path: str = "a.pdf") -> str:
    return world.waits(["no_register_row"], path, read=SURE, flags=["no_register_row"])


def test_two_people_enter_a_row_and_the_document_is_linked_to_it(world: World) -> None:
    identity = waits(world)
    proposal = propose_result(world.settings, identity, AN)
    assert world.rows(Result) == []
    result_id = confirm_result(world.settings, proposal, BINH)

    (row,) = world.rows(Result)
    assert (row.id, row.source, row.result_key) == (result_id, "scan", "115/QĐ-BNV|2022-02-24|G09")
    assert (row.validity, row.has_result, row.still_usable, row.issuer) == ("in_force", True, True, "Bộ Nội vụ")
    assert [(dossier.result_id, dossier.code) for dossier in world.rows(Dossier)] == [(result_id, None)]
    (item,) = world.rows(ReviewItem)
    assert item.result_id == result_id
    assert unfinished(world.settings) == [identity]
    with reading(world.settings.catalogue_url) as session:
        assert link(session, Claim.of(world.document(identity))).result_id == result_id
    (proposed,), (confirmed,) = world.events("result_proposed"), world.events("result_confirmed")
    assert (proposed.agent, confirmed.agent) == (AN, BINH)
    (registered,) = world.events("result_registered")
    assert (registered.effective_on, registered.detail["source"]) == (dt.date(2022, 2, 24), "scan")


@pytest.mark.parametrize("name", [AN, "NGUYỄN THỊ AN", "Nguyen Thi An", " "])
def test_the_one_who_proposed_cannot_confirm(world: World, name: str) -> None:
    proposal = propose_result(world.settings, waits(world), AN)
    with pytest.raises(NotAllowed):
        confirm_result(world.settings, proposal, name)
    assert world.rows(Result) == []


def test_a_document_of_doubtful_values_is_not_registered(world: World) -> None:
    identity = world.waits(["no_register_row", "number_uncertain"])
    with pytest.raises(WrongValue, match="Số"):
        propose_result(world.settings, identity, AN)
    decide(world.settings, identity, AN, [Accept()])
    assert propose_result(world.settings, identity, AN) > 0


def test_what_the_register_has_is_linked_and_not_entered_again(world: World) -> None:
    world.registered("0115/QD-BNV")
    with pytest.raises(WrongValue, match="0115/QD-BNV"):
        propose_result(world.settings, waits(world), AN)


def test_a_row_that_came_meanwhile_is_taken(world: World) -> None:
    proposal = propose_result(world.settings, waits(world), AN)
    known = world.registered("115/QĐ-BNV")
    assert confirm_result(world.settings, proposal, BINH) == known
    assert len(world.rows(Result)) == 1


def test_a_document_changed_meanwhile_is_not_confirmed(world: World) -> None:
    identity = waits(world)
    proposal = propose_result(world.settings, identity, AN)
    decide(world.settings, identity, AN, [Correct({"code_number": "116"})])
    with pytest.raises(Changed):
        confirm_result(world.settings, proposal, BINH)


def test_proposing_and_confirming_again_changes_nothing(world: World) -> None:
    identity = waits(world)
    first = propose_result(world.settings, identity, AN)
    assert propose_result(world.settings, identity, AN) == first
    assert confirm_result(world.settings, first, BINH) == confirm_result(world.settings, first, BINH)
    assert len(world.rows(Result)) == len(world.rows(ProposedResult)) == len(world.events("result_confirmed")) == 1


def test_a_declined_row_gives_the_document_back_to_the_queue(world: World) -> None:
    identity = waits(world)
    proposal = propose_result(world.settings, identity, AN)
    assert take(world.settings, BINH) is None, "it waits for a second person, not for a reviewer"
    with reading(world.settings.catalogue_url) as session:
        assert [one.id for one in open_proposals(session)] == [proposal]
    with pytest.raises(WrongValue):
        decline_result(world.settings, proposal, BINH, " ")
    decline_result(world.settings, proposal, BINH, "Số không đúng")

    with pytest.raises(NotFound):
        confirm_result(world.settings, proposal, BINH)
    with pytest.raises(NotFound):
        find_proposal(world.settings, identity)
    assert take(world.settings, BINH) is not None
    assert propose_result(world.settings, identity, BINH) != proposal


def test_the_deciding_unit_must_be_known(world: World) -> None:
    identity = waits(world)
    with pytest.raises(WrongValue, match=r"X99"):
        propose_result(world.settings, identity, AN, unit_code="X99")
    with pytest.raises(WrongValue, match=r"9\.999"):
        propose_result(world.settings, identity, AN, procedure_code="9.999")
    propose_result(world.settings, identity, AN, unit_code="G09.04")
    (row,) = world.rows(ProposedResult)
    assert row.unit_code == "G09.04"


def test_a_row_that_the_register_brings_later_is_the_registers_own(world: World, tmp_path: Path) -> None:
    proposal = propose_result(world.settings, waits(world), AN)
    result_id = confirm_result(world.settings, proposal, BINH)
    values = {
        "Mã hồ sơ": "000.00.00.G09-220112-0001",
        "Mã đơn vị": "G09",
        "Số ký hiệu kết quả": "115/QĐ-BNV",
        "Ngày ban hành": "24/02/2022",
        "Trích yếu": READ["subject"][0],
    }
    export = tmp_path / "register.csv"
    with export.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, REQUIRED, restval="")
        writer.writeheader()
        writer.writerow(values)
    import_register(world.settings, export)

    (row,) = world.rows(Result)
    assert (row.id, row.source) == (result_id, "register")
    (dossier,) = world.rows(Dossier)
    assert dossier.code == values["Mã hồ sơ"]
