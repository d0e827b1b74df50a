from __future__ import annotations

import fnmatch
import re
import tomllib
from pathlib import Path

import pytest

from sohoa import doctor
from sohoa.settings import Settings

from .compose import IMAGE_ROOT, PROJECT, instructions, load_compose

STEPS = instructions()


def lets_through(path: str) -> bool:
    """Whether .dockerignore lets a path into the build; the last rule that matches it or a folder above decides."""
    passes = True
    for rule in (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if rule and not rule.startswith("#"):
            pattern = rule.removeprefix("!").removeprefix("**/")
            above = [path, *(str(parent) for parent in Path(path).parents)][:-1] or [path]
            names = [Path(part).name for part in above] if "**/" in rule else above
            if any(fnmatch.fnmatchcase(name, pattern) for name in names):
                passes = rule.startswith("!")
    return passes


def runs() -> str:
    return "\n".join(" ".join(words) for name, words in STEPS if name == "RUN")


def test_debian_packages_that_the_library_needs_are_installed():
    installed = set(re.findall(r"[a-z0-9][a-z0-9.+-]+", runs().split("apt-get install", 1)[1].split("&&")[0]))
    languages = Settings.model_fields["ocr_language"].default.split("+")
    needed = set(doctor._PACKAGES.values()) | {f"tesseract-ocr-{language}" for language in languages}
    assert needed <= installed


def test_sources_of_copy_exist_and_are_let_through():
    copied = [word for name, words in STEPS if name == "COPY" and not words[0].startswith("--") for word in words[:-1]]
    assert copied == ["pyproject.toml", "uv.lock", "README.md", "."]
    for source in copied[:-1]:
        assert (PROJECT / source).is_file(), source
        assert lets_through(source), source


@pytest.mark.parametrize(
    "path",
    [
        "dags/digitise_batch.py",
        "plugins/sohoa.py",
        "include/sohoa/tools/launcher.sh",
        "include/sohoa_airflow/pools.json",
        "expectations/records.json",
    ],
)
def test_the_build_gets_what_runs(path: str):
    assert lets_through(path)


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.production",
        ".git/config",
        ".venv/bin/python",
        "data/inbox/G09/scan.pdf",
        "docs/deployment.md",
        "include/sohoa/__pycache__/cli.pyc",
        "tests/unit/x.py",
    ],
)
def test_the_build_gets_no_secret_no_scan_and_no_debris(path: str):
    assert not lets_through(path)


def test_the_locked_environment_is_installed_with_the_production_extra():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "production" in project["project"]["optional-dependencies"]
    syncs = [line for line in re.split(r"&&|\n", runs()) if "uv sync" in line]
    assert len(syncs) == 2
    assert all("--frozen --extra production --no-dev" in line for line in syncs)
    assert re.search(r"pip install \S+ uv==\d+\.\d+\.\d+", runs())


def test_packages_are_installed_before_the_code_comes_in():
    order = [(name, words) for name, words in STEPS if name in ("COPY", "RUN")]
    locks = next(i for i, (_, words) in enumerate(order) if "uv.lock" in words)
    packages = next(i for i, (_, words) in enumerate(order) if "--no-install-project" in words)
    code = next(i for i, (_, words) in enumerate(order) if words == [".", "."])
    assert locks < packages < code


def test_python_is_one_that_the_project_takes():
    lowest, below = re.search(
        r'requires-python = ">=3\.(\d+),<3\.(\d+)"', (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    ).groups()  # type: ignore[union-attr]
    bases = {words[0] for name, words in STEPS if name == "FROM"}
    assert bases == {"python:3.11-slim-bookworm"}
    assert int(lowest) <= 11 < int(below)


def test_it_runs_as_a_plain_user_with_the_environment_on_its_path():
    last_stage = STEPS[max(i for i, (name, _) in enumerate(STEPS) if name == "FROM") :]
    assert [words for name, words in last_stage if name == "USER"] == [["sohoa"]]
    environment = " ".join(" ".join(words) for name, words in last_stage if name == "ENV")
    assert f"PATH={IMAGE_ROOT}/.venv/bin:$PATH" in environment
    assert "AIRFLOW_HOME=/opt/airflow" in environment
    # The code stays root's: no --chown.
    assert ("COPY", ["--from=build", IMAGE_ROOT, IMAGE_ROOT]) in last_stage


def test_build_arguments_are_declared():
    declared = {words[0].partition("=")[0] for name, words in STEPS if name == "ARG"}
    for service in load_compose()["services"].values():
        assert set(service.get("build", {}).get("args", {})) <= declared
