"""Scores of an export against a truth file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sohoa.errors import SohoaError
from sohoa.evaluation import Score, evaluate

TRUTH: dict[str, Any] = {
    "source_file": "a.pdf",
    "level": "office",
    "readable": True,
    "numbering": "printed",
    "code_number": "05",
    "code_notation": "QĐ-BNV",
    "issued_on": "2021-05-06",
    "issuer": "Bộ Nội vụ",
    "doc_type": "Quyết định",
    "subject": "Về việc cho phép thành lập Hội",
    "signer_name": "Trần Anh Tuấn",
    "dossier_code": None,
    "result_key": "05/QĐ-BNV|2021-05-06|G09",
}
GOT = {key: value for key, value in TRUTH.items() if key not in ("level", "readable", "numbering")} | {
    "status": "accepted"
}
Score_ = Callable[[list[dict[str, Any]], list[dict[str, Any]]], dict[str, Score]]


@pytest.fixture
def scored(tmp_path: Path) -> Score_:
    def score(truth: list[dict[str, Any]], got: list[dict[str, Any]]) -> dict[str, Score]:
        for name, rows in (("truth", truth), ("got", got)):
            (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return evaluate(tmp_path / "truth", tmp_path / "got")

    return score


def test_an_export_equal_to_the_truth_is_right_in_every_field(scored: Score_) -> None:
    figures = scored([TRUTH], [GOT])["all"].as_dict()
    assert set(figures["field_accuracy"].values()) == {1.0}
    assert "dossier_code" not in figures["field_accuracy"], "the truth has none: nothing to be right about"
    assert (figures["link_precision"], figures["link_recall"], figures["closed_without_person"]) == (1, 1, 1)
    assert (figures["review_rate"], figures["n_wrong_accepted"]) == (0, 0)
    assert figures["wrong_accepted_bound_95"] == 3


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("code_number", "06"),
        ("code_number", None),
        ("code_notation", "GP-BNV"),
        ("issued_on", "2021-05-07"),
        ("issuer", "Ban Tôn giáo Chính phủ"),
    ],
)
def test_a_wrong_key_field_of_an_accepted_document_is_a_wrong_accepted(
    scored: Score_, name: str, wrong: str | None
) -> None:
    score = scored([TRUTH], [GOT | {name: wrong}])["all"]
    assert score.wrong_accepted == [("a.pdf", name, wrong, TRUTH[name])]
    assert score.as_dict()["wrong_accepted_bound_95"] is None


@pytest.mark.parametrize("linked", ["05/QĐ-BNV|2021-05-06|G09.01", None])
def test_a_wrong_link_of_an_accepted_document_is_a_wrong_accepted(scored: Score_, linked: str | None) -> None:
    score = scored([TRUTH], [GOT | {"result_key": linked}])["all"]
    assert [row[1] for row in score.wrong_accepted] == ["link"]
    assert score.as_dict()["link_precision"] == 0


def test_a_value_accepted_where_the_truth_has_none_is_a_wrong_accepted(scored: Score_) -> None:
    score = scored([TRUTH | {"code_number": None, "result_key": None}], [GOT])["all"]
    assert {row[1] for row in score.wrong_accepted} == {"link", "code_number"}


@pytest.mark.parametrize("status", ["in_review", "rejected", "duplicate", "locked", "received", "superseded"])
def test_a_wrong_value_that_waits_for_a_person_is_none_accepted(scored: Score_, status: str) -> None:
    score = scored([TRUTH], [GOT | {"code_number": "99", "status": status}])["all"]
    figures = score.as_dict()
    assert score.wrong_accepted == []
    assert figures["review_rate"] == 1
    assert figures["field_accuracy"]["code_number"] == 0
    assert figures["wrong_accepted_bound_95"] is None, "nothing accepted, nothing proved"


@pytest.mark.parametrize("status", ["signed", "archived"])
def test_signed_and_archived_are_accepted_too(scored: Score_, status: str) -> None:
    assert scored([TRUTH], [GOT | {"status": status, "issued_on": None}])["all"].as_dict()["n_wrong_accepted"] == 1


@pytest.mark.parametrize(
    ("name", "got"),
    [
        ("code_number", "5"),
        ("code_number", "005"),
        ("issuer", "BỘ NỘI VỤ"),
        ("subject", "về việc cho phép\nthành lập Hội."),
    ],
)
def test_ways_of_writing_the_same_value_are_right(scored: Score_, name: str, got: str) -> None:
    score = scored([TRUTH], [GOT | {name: got}])["all"]
    assert score.right[name] == 1
    assert score.wrong_accepted == []


@pytest.mark.parametrize(
    ("name", "got"), [("subject", "Về việc cho phép thành lập Hôi"), ("code_number", "50"), ("code_number", "0")]
)
def test_every_mark_and_digit_counts(scored: Score_, name: str, got: str) -> None:
    assert scored([TRUTH], [GOT | {name: got}])["all"].right.get(name, 0) == 0


def test_a_document_that_is_not_in_the_export_is_missing_and_wrong_in_every_field(scored: Score_) -> None:
    figures = scored([TRUTH, TRUTH | {"source_file": "b.pdf"}], [GOT])["all"].as_dict()
    assert (figures["n_documents"], figures["n_missing"]) == (2, 1)
    assert figures["field_accuracy"]["code_number"] == 0.5
    assert (figures["review_rate"], figures["link_recall"]) == (0.5, 0.5)


@pytest.mark.parametrize(("offered", "recall", "right"), [(TRUTH["result_key"], 1.0, 1.0), ("another", 0.0, 0.0)])
def test_a_register_row_put_before_a_person_is_found_if_it_is_the_true_one(
    scored: Score_, offered: str, recall: float, right: float
) -> None:
    waits = GOT | {"status": "in_review", "result_key": None, "offered_result_key": offered}
    score = scored([TRUTH], [waits])["all"]
    figures = score.as_dict()
    assert (figures["link_recall"], figures["offers_right"], figures["link_precision"]) == (recall, right, None)
    assert (score.n_closed, score.wrong_accepted) == (0, [])


@pytest.mark.parametrize("unlike", [{"numbering": "pen"}, {"dpi": 150}, {"result_key": None}])
def test_recall_counts_what_a_machine_numbered_and_the_law_lets_pass_and_the_register_has(
    scored: Score_, unlike: dict[str, Any]
) -> None:
    waits = GOT | {"source_file": "b.pdf", "status": "in_review", "result_key": None}
    figures = scored([TRUTH, TRUTH | {"source_file": "b.pdf"} | unlike], [GOT, waits])["all"].as_dict()
    assert figures["link_recall"] == 1.0


def test_documents_of_one_file_are_matched_by_their_first_page(scored: Score_) -> None:
    second = {"first_page": 3, "code_number": "06", "result_key": "06/QĐ-BNV|2021-05-06|G09"}
    score = scored([TRUTH, TRUTH | second], [GOT | second, GOT | {"first_page": 1}])["all"]
    assert (score.n_documents, score.n_missing, score.n_accepted, score.wrong_accepted) == (2, 0, 2, [])


def test_accepted_pages_that_are_no_document_are_a_wrong_accepted(scored: Score_) -> None:
    truth = TRUTH | {"page_count": 2}
    assert scored([truth], [GOT | {"page_count": 3}])["all"].wrong_accepted == [("a.pdf", "page_count", 3, 2)]
    cut_off = GOT | {"first_page": 2, "page_count": 1}
    scores = scored([truth], [GOT | {"page_count": 2}, cut_off])
    assert scores["all"].wrong_accepted == scores["office"].wrong_accepted == [("a.pdf", "first_page", 2, None)]
    assert scored([truth], [GOT | {"page_count": 2}, cut_off | {"status": "in_review"}])["all"].wrong_accepted == []


def test_levels_are_scored_apart_and_together_and_unreadable_files_not_at_all(scored: Score_) -> None:
    truth = [
        TRUTH,
        TRUTH | {"source_file": "b.pdf", "level": "hard"},
        TRUTH | {"source_file": "c.pdf", "level": "hard", "readable": False},
    ]
    scores = scored(truth, [GOT, GOT | {"source_file": "b.pdf", "code_number": "9"}])
    assert {level: score.n_documents for level, score in scores.items()} == {"all": 2, "office": 1, "hard": 1}
    assert (len(scores["office"].wrong_accepted), len(scores["hard"].wrong_accepted)) == (0, 1)


def test_numbers_by_pen_and_results_not_registered_are_not_expected_to_close_without_a_person(scored: Score_) -> None:
    truth = [
        TRUTH,
        TRUTH | {"source_file": "pen.pdf", "numbering": "pen"},
        TRUTH | {"source_file": "new.pdf", "result_key": None},
    ]
    got = [GOT] + [GOT | {"source_file": row["source_file"], "status": "in_review"} for row in truth[1:]]
    figures = scored(truth, got)["all"].as_dict()
    assert (figures["n_closable"], figures["closed_without_person"]) == (1, 1)


def test_nothing_to_divide_by_is_no_share(scored: Score_) -> None:
    figures = scored([], [])["all"].as_dict()
    assert figures["review_rate"] is figures["link_precision"] is figures["wrong_accepted_bound_95"] is None


@pytest.mark.parametrize(
    "text",
    ["not json\n", "{}\n", '{"source_file": "a.pdf"\n', "[1, 2]\n", "7\n", '"source_file"\n', "null\n", "\xff"],
)
@pytest.mark.parametrize("side", ["truth", "got"])
def test_a_file_that_is_no_truth_or_export_is_refused_in_words(tmp_path: Path, text: str, side: str) -> None:
    for name in ("truth", "got"):
        (tmp_path / name).write_text(json.dumps(GOT) + "\n", encoding="utf-8")
    (tmp_path / side).write_bytes(text.encode("latin-1"))
    with pytest.raises(SohoaError, match=side):
        evaluate(tmp_path / "truth", tmp_path / "got")


def test_an_export_without_status_is_refused_in_words(scored: Score_) -> None:
    with pytest.raises(SohoaError, match="status"):
        scored([TRUTH], [{"source_file": "a.pdf"}])


@pytest.mark.parametrize("numbering", ["printed", "stamped"])
def test_digits_of_print_and_stamp_are_counted_one_by_one(scored: Score_, numbering: str) -> None:
    truth = TRUTH | {"code_number": "1368", "numbering": numbering}
    right = scored([truth], [GOT | {"code_number": "1368"}])["all"]
    assert (right.n_digits, right.as_dict()["digits_right"]) == (12, 1.0)
    one_wrong = scored([truth], [GOT | {"code_number": "1366", "status": "in_review"}])["all"]
    assert (one_wrong.n_digits, one_wrong.n_digits_right) == (12, 11)
    one_too_many = scored([truth], [GOT | {"code_number": "13168", "status": "in_review"}])["all"]
    assert (one_too_many.n_digits, one_too_many.n_digits_right) == (13, 12)
    unread = scored([truth], [GOT | {"code_number": None, "issued_on": None, "status": "in_review"}])["all"]
    assert (unread.n_digits, unread.n_digits_right) == (12, 0)
    assert scored([truth], [])["all"].as_dict()["digits_right"] == 0.0


def test_pen_is_counted_by_its_flag_and_its_digits_by_nothing(scored: Score_) -> None:
    pen = TRUTH | {"numbering": "pen"}
    unread = GOT | {"code_number": None, "issued_on": None, "status": "in_review"}
    flagged = scored([pen], [unread | {"flags": ["handwritten_number"]}])["all"].as_dict()
    assert (flagged["pen_flagged"], flagged["digits_right"], flagged["machine_flagged_as_pen"]) == (1.0, None, None)
    assert scored([pen], [unread | {"flags": []}])["all"].as_dict()["pen_flagged"] == 0.0
    assert scored([TRUTH], [GOT | {"flags": ["handwritten_number"]}])["all"].as_dict()["machine_flagged_as_pen"] == 1.0


@pytest.mark.parametrize(
    ("changes", "closable"),
    [
        ({"numbering": "stamped"}, 1),
        ({"numbering": "pen"}, 0),
        ({"dpi": 200, "scanned_on": "2023-05-04"}, 1),
        ({"dpi": 150, "scanned_on": "2023-05-04"}, 0),
        ({"result_key": None}, 0),
    ],
)
def test_a_document_can_be_closed_without_a_person_if_it_is_by_machine_fine_and_registered(
    scored: Score_, changes: dict[str, Any], closable: int
) -> None:
    assert scored([TRUTH | changes], [GOT])["all"].n_closable == closable


def test_values_read_are_judged_by_their_confidence_whether_accepted_or_not(scored: Score_) -> None:
    sure = {"code_number": 0.99, "issuer": 0.5, "dossier_code": 0.0, "annex_code": 0.8}
    wrong = GOT | {"source_file": "b.pdf", "code_number": "9", "status": "in_review", "field_confidence": sure}
    truth = [TRUTH, TRUTH | {"source_file": "b.pdf"}]
    score = scored(truth, [GOT | {"field_confidence": sure}, wrong])["all"]
    assert [(value.field, value.confidence, value.right) for value in score.judged] == [
        ("code_number", 0.99, True),
        ("issuer", 0.5, True),
        ("code_number", 0.99, False),
        ("issuer", 0.5, True),
    ], "what was not read, and what the truth does not tell, claims nothing"
    figures = score.as_dict()["calibration"]
    assert figures.keys() == {"all", "code_number", "issuer"}
    assert figures["code_number"]["calibration_error"] == 0.49
    assert figures["all"]["n_values"] == 4


def test_a_value_where_the_truth_has_none_is_judged_wrong(scored: Score_) -> None:
    got = GOT | {"dossier_code": "000.00.03.G09-210705-0001", "field_confidence": {"dossier_code": 0.9}}
    assert [value.right for value in scored([TRUTH], [got])["all"].judged] == [False]
