"""The command `sohoa` as scripts see it: exit codes 0, 1, 2, 3, JSON on standard output, everything else beside it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from cli.running import Sohoa, Told, run
from sohoa.catalogue.export import EXPORT_KEYS
from sohoa.cli import app
from sohoa.samples import SampleSet, make_samples

EXPECTATIONS = Path(__file__).parents[3] / "expectations"
NO_SCAN = "[bold] x[/bold].pdf"  # a folder and a file, together what a table would take for markup
REVIEW = (
    *("list", "show", "accept", "correct", "link", "unlink", "replace-copy", "split", "merge", "reject", "rotate"),
    *("ask-rescan", "pass-low-dpi", "register", "confirm", "decline", "export", "accuracy", "finish"),
)
COMMANDS = [
    (),
    ("init",),
    ("doctor",),
    ("samples",),
    ("samples", "make"),
    ("separators",),
    ("separators", "make"),
    ("register",),
    ("register", "import"),
    ("cases",),
    ("cases", "import"),
    ("readings",),
    ("readings", "import"),
    ("digitise",),
    ("status",),
    ("catalogue",),
    ("catalogue", "export"),
    ("evaluate",),
    ("indicators",),
    ("indicators", "list"),
    ("indicators", "show"),
    ("indicators", "headline"),
    ("indicators", "base"),
    ("indicators", "approve-base"),
    ("indicators", "forecast"),
    ("report",),
    *(("report", name) for name in ("build", "list", "show", "approve", "reject")),
    ("warehouse",),
    ("warehouse", "dictionary"),
    ("review",),
    *(("review", name) for name in REVIEW),
    ("secrecy",),
    ("secrecy", "list"),
    ("secrecy", "lock"),
    ("secrecy", "clear"),
]


@pytest.fixture
def sohoa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sohoa:
    """Runs the command in a home of the test's own, which is not yet initialised."""
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SOHOA_EXPECTATIONS", str(EXPECTATIONS))
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: run(monkeypatch, capsys, *arguments)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> SampleSet:
    return make_samples(tmp_path_factory.mktemp("samples"), 1, 1, "clean", numbering=("printed",), compact=True)


def in_its_own_process(home: Path, *arguments: object) -> Told:
    """What the real command says."""
    environment = {**os.environ, "SOHOA_HOME": str(home), "SOHOA_EXPECTATIONS": str(EXPECTATIONS), "SOHOA_JOBS": "1"}
    command = [sys.executable, "-c", "from sohoa.cli import main; main()", *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return Told(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def worked(samples: SampleSet, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Told]]:
    """A home that the real command filled in processes of its own, and what each call said."""
    home = tmp_path_factory.mktemp("worked") / "home"
    call = partial(in_its_own_process, home)
    (samples.scans / "[bold] x[").mkdir()
    (samples.scans / NO_SCAN).write_bytes(b"no scan at all")
    return (
        home,
        {
            "init": call("init"),
            "import": call("register", "import", samples.register_csv, "--json"),
            "digitise": call("digitise", samples.scans, "--unit", "G09.01", "--json"),
        },
    )


@pytest.fixture
def at_work(
    worked: tuple[Path, dict[str, Told]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Sohoa:
    """Runs commands that only read in the home that was filled."""
    monkeypatch.setenv("SOHOA_HOME", str(worked[0]))
    monkeypatch.setenv("SOHOA_EXPECTATIONS", str(EXPECTATIONS))
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: run(monkeypatch, capsys, *arguments)


# Help and wrong use


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(sohoa: Sohoa, command: tuple[str, ...]) -> None:
    told = sohoa(*command, "--help")
    assert told.code == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", told.out)
    # Under pytest the program is called otherwise; what follows it is the same.
    assert re.search(rf"Usage: .*{' '.join(('sohoa', *command))} ", plain)
    assert len(plain.splitlines()) > 5


def test_no_command_is_left_out_of_these_tests() -> None:
    listed = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    listed |= {str(group.name) for group in app.registered_groups}
    assert listed == {command[0] for command in COMMANDS if command}


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("digitise",),
        ("digitise", "/no/such/folder", "--unit", "G09"),
        ("digitise", "."),
        ("digitise", ".", "--unit", "G09", "--jobs", "0"),
        ("digitise", ".", "--unit", "../escape"),
        ("digitise", ".", "--unit", ".claimed"),
        ("digitise", ".", "--unit", ""),
        ("samples", "make", "--out", "x", "--level", "offise"),
        ("samples", "make", "--out", "x", "--numbering", "printed,stampd"),
        ("samples", "make", "--out", "x", "--n", "0"),
        ("samples", "make"),
        ("separators", "make"),
        ("register", "import"),
        ("register", "import", "/no/such/file.csv"),
        ("catalogue", "export", "--format", "xml"),
        ("evaluate", "--truth", "/no/such/file", "--got", "/no/such/file"),
        ("indicators", "--as-of", "2022-01-01", "--period", "2022"),
        ("indicators", "--as-of", "yesterday"),
        ("indicators", "--period", "2022Q5"),
        ("indicators", "--period", "2022", "--calendar", "lunar"),
        ("indicators", "--format", "xml"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_2_and_says_why(sohoa: Sohoa, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    told = sohoa(*(str(tmp_path / part) if part == "x" else part for part in arguments))
    assert told.code == 2
    assert told.out == ""
    assert told.err.strip()
    assert "Traceback" not in told.err


def test_an_unknown_batch_is_wrong_use(at_work: Sohoa) -> None:
    assert at_work("status", "no-such-batch").code == 2


# Failures


@pytest.mark.parametrize("arguments", [("status",), ("catalogue", "export"), ("indicators",)], ids=" ".join)
def test_a_home_that_is_not_initialised_is_a_failure_that_says_what_to_do(
    sohoa: Sohoa, arguments: tuple[str, ...]
) -> None:
    told = sohoa(*arguments)
    assert told.code == 3
    assert "sohoa init" in told.err
    assert "Traceback" not in told.err


def test_a_file_that_is_no_register_is_a_failure_in_one_line(sohoa: Sohoa, tmp_path: Path) -> None:
    sohoa("init")
    (tmp_path / "[red]r.csv").write_text("a,b\n1,2\n")
    told = sohoa("register", "import", tmp_path / "[red]r.csv")
    assert told.code == 3
    assert "[red]r.csv" in told.err.replace("\n", "")
    assert "Traceback" not in told.err


def test_a_setting_that_makes_no_sense_is_a_failure_that_names_it(
    sohoa: Sohoa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOHOA_REST_SECONDS", "not a number")
    told = sohoa("status")
    assert told.code == 3
    assert "SOHOA_REST_SECONDS" in told.err


def test_a_fault_that_nobody_foresaw_is_3_and_not_taken_for_work_that_waits(
    sohoa: Sohoa, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    assert sohoa("init").code == 3
    assert "Traceback" in caplog.text, "the engineer is told all"


def test_a_closed_pipe_is_no_fault(worked: tuple[Path, dict[str, Told]]) -> None:
    command = [sys.executable, "-c", "from sohoa.cli import main; main()", "catalogue", "export"]
    environment = {**os.environ, "SOHOA_HOME": str(worked[0])}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert "Traceback" not in process.stderr.read().decode()


# Work


def test_init_twice_is_done_twice(sohoa: Sohoa, tmp_path: Path) -> None:
    assert [sohoa("init").code for _ in range(2)] == [0, 0]
    assert {"inbox", "outbox", "archive"} <= {path.name for path in (tmp_path / "home").iterdir()}


def test_doctor_tells_each_finding_as_json(sohoa: Sohoa) -> None:
    sohoa("init")
    told = sohoa("doctor", "--json")
    assert told.code in (0, 3)
    assert (told.code == 0) == all(finding["well"] for finding in told.json)
    assert all(set(finding) >= {"name", "well", "detail", "remedy"} for finding in told.json)
    assert {"tesseract model vie", "tesseract model eng"} <= {finding["name"] for finding in told.json}


def test_samples_are_made(sohoa: Sohoa, tmp_path: Path) -> None:
    told = sohoa("samples", "make", "--out", tmp_path / "made", "--n", "1", "--seed", "3", "--level", "clean")
    assert (told.code, told.out) == (0, "")
    assert {"scans", "truth.jsonl", "register.csv"} <= {path.name for path in (tmp_path / "made").iterdir()}


def test_a_register_import_tells_its_counts(worked: tuple[Path, dict[str, Told]]) -> None:
    told = worked[1]["import"]
    assert told.code == 0, told.err
    (summary,) = told.json
    assert summary["n_rows"] == summary["n_new"] > 0
    assert (summary["n_changed"], summary["n_rejected"]) == (0, 0)


def test_a_register_with_a_bad_row_needs_a_person(sohoa: Sohoa, samples: SampleSet, tmp_path: Path) -> None:
    sohoa("init")
    lines = samples.register_csv.read_text("utf-8-sig").splitlines()
    names = lines[0].split(",")
    bad = next(csv.reader([lines[1]]))
    bad[names.index("Ngày ban hành")] = "31/02/2021"
    text = io.StringIO()
    csv.writer(text).writerow(bad)
    (tmp_path / "r.csv").write_text("\n".join([*lines, text.getvalue()]), "utf-8")
    told = sohoa("register", "import", tmp_path / "r.csv", "--json")
    assert told.code == 1
    assert told.json[0]["n_rejected"] == 1


def test_digitising_tells_how_the_batch_ended_and_needs_a_person_for_what_cannot_be_opened(
    worked: tuple[Path, dict[str, Told]],
) -> None:
    told = worked[1]["digitise"]
    assert told.code == 1, told.err
    assert {
        key: told.json[key] for key in ("n_files", "n_accepted", "n_in_review", "n_quarantined", "n_duplicate")
    } == {
        "n_files": 2,
        "n_accepted": 1,
        "n_in_review": 0,
        "n_quarantined": 1,
        "n_duplicate": 0,
    }
    assert (Path(told.json["receipt"]) / "receipt.csv").is_file()


def test_a_batch_without_any_document_ends_in_order(tmp_path: Path) -> None:
    home, batch = tmp_path / "home", tmp_path / "batch"
    batch.mkdir()
    (batch / "scan.pdf").write_bytes(b"no scan at all")
    in_its_own_process(home, "init")
    told = in_its_own_process(home, "digitise", batch, "--unit", "G09.01", "--json")
    assert told.code == 1, told.err
    assert (told.json["n_files"], told.json["n_quarantined"]) == (1, 1)
    assert "Traceback" not in told.err


def test_status_tells_every_file_and_its_fate(at_work: Sohoa) -> None:
    told = at_work("status", "--json")
    assert told.code == 0
    (batch,) = told.json
    assert (batch["status"], batch["unit_code"]) == ("published", "G09.01")
    outcomes = {file["file"]: (file["outcome"], file["reason"]) for file in batch["files"]}
    assert outcomes[NO_SCAN] == ("quarantined", "file.unknown_type")
    assert sorted(outcome for outcome, _ in outcomes.values()) == ["accepted", "quarantined"]
    assert at_work("status", batch["batch_id"], "--json").json == told.json


def test_names_are_printed_as_they_are_and_never_as_markup(at_work: Sohoa) -> None:
    (batch,) = at_work("status", "--json").json
    told = at_work("status", batch["batch_id"])
    assert told.code == 0
    assert NO_SCAN in told.out
    assert at_work("status").code == 0


def test_the_export_has_one_object_per_document_with_the_keys_of_the_contract(at_work: Sohoa) -> None:
    told = at_work("catalogue", "export", "--format", "jsonl")
    assert told.code == 0
    (row,) = [json.loads(line) for line in told.out.splitlines()]
    contract = (
        "document_id, batch_id, unit_code, source_file, first_page, page_count, status, doc_type, code_number, "
        "code_notation, issued_on, issuer, subject, signer_name, dossier_code, procedure_code, result_key, "
        "field_confidence, review_reasons, flags, text, source_files"
    )
    assert set(contract.split(", ")) <= set(row) == set(EXPORT_KEYS)
    assert row["status"] == "accepted"
    assert isinstance(row["field_confidence"], dict)
    assert at_work("catalogue", "export", "--batch", row["batch_id"]).out == told.out
    assert at_work("catalogue", "export", "--batch", "another").out == ""


def test_the_csv_export_has_the_same_rows(at_work: Sohoa) -> None:
    (row,) = csv.DictReader(io.StringIO(at_work("catalogue", "export", "--format", "csv").out))
    wanted = json.loads(at_work("catalogue", "export").out)
    assert set(row) == set(wanted)
    assert row["code_notation"] == wanted["code_notation"]
    assert json.loads(row["field_confidence"]) == wanted["field_confidence"]
    assert row["page_count"] == str(wanted["page_count"])


def test_an_export_without_wrong_values_evaluates_to_0_and_with_one_to_1(
    at_work: Sohoa, samples: SampleSet, tmp_path: Path
) -> None:
    got = tmp_path / "got.jsonl"
    text = at_work("catalogue", "export").out
    got.write_text(text, "utf-8")
    told = at_work("evaluate", "--truth", samples.truth, "--got", got, "--json")
    assert told.code == 0
    assert told.json["all"]["n_wrong_accepted"] == 0
    assert at_work("evaluate", "--truth", samples.truth, "--got", got).code == 0
    picture = tmp_path / "curves.svg"
    assert at_work("evaluate", "--truth", samples.truth, "--got", got, "--picture", picture).code == 0
    assert picture.read_text("utf-8").startswith("<svg")
    told = at_work("evaluate", "--truth", samples.truth, "--got", got, "--picture", tmp_path / "curves.bmp")
    assert (told.code, ".svg" in told.err) == (2, True)
    got.write_text(json.dumps(json.loads(text) | {"issuer": "[/red]"}) + "\n", "utf-8")
    told = at_work("evaluate", "--truth", samples.truth, "--got", got)
    assert told.code == 1
    assert "[/red]" in told.err
    got.write_text("7\n")
    assert at_work("evaluate", "--truth", samples.truth, "--got", got).code == 3


def test_rates_have_the_keys_of_the_contract(at_work: Sohoa) -> None:
    keys = {"indicator", "unit_code", "numerator", "denominator", "rate", "target", "gap", "met"}
    for arguments, when in ((("--as-of", "2024-12-31"), "as_of"), (("--period", "2022"), "period")):
        told = at_work("indicators", *arguments, "--format", "json")
        assert told.code == 0
        assert told.json
        assert all(set(row) == keys | {when} for row in told.json)
        rows = list(csv.DictReader(io.StringIO(at_work("indicators", *arguments, "--format", "csv").out)))
        assert len(rows) == len(told.json)
        assert at_work("indicators", *arguments).code == 0
