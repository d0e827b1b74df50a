"""The house as design.md §2 lays it out: imports run one way, and what every task imports anew stays light."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
LIBRARY = PROJECT / "include" / "sohoa"
SEAM = PROJECT / "include" / "sohoa_airflow"

# The order in which a document meets the packages; each may use those before it.
JOURNEY = (
    "tools",
    "pages",
    "archive",
    "ocr",
    "reading",
    "intake",
    "quality",
    "register",
    "cases",
    "duplicates",
    "indicators",
    "warehouse",
    "journey",
    "review",
    "reports",
    "cli",
)
# What stands beside the journey, and what it uses of it.
BESIDE = {"samples": ("register", "pages"), "evaluation": ("pages",), "cli": ("samples", "doctor", "evaluation")}
# What any package may use: the memory, plain data, words.
COMMON = ("catalogue", "settings", "errors", "messages", "folding", "on_demand", "replacing", "rulesets", "words")
LIGHT = ("airflow", "sohoa_airflow", *sys.stdlib_module_names)


def _python_files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders if folder.is_dir() for path in folder.rglob("*.py"))


@lru_cache
def _imports(path: Path, *, module_level: bool = False) -> tuple[str, ...]:
    """Dotted names that a file imports; with `module_level` only those that importing the file imports."""
    names: list[str] = []
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if module_level and _runs_later(node):
            continue
        if isinstance(node, ast.Import):
            names.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively"
            names.extend(f"{node.module}.{alias.name}" for alias in node.names)
        waiting.extend(ast.iter_child_nodes(node))
    return tuple(names)


def _runs_later(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.dump(node.test)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def test_the_import_reader_sees_what_it_should(tmp_path: Path) -> None:
    """Else the tests below would hold for any house."""
    path = tmp_path / "x.py"
    path.write_text(
        "import a.b\nfrom c import d\ndef f():\n    import e\nif True:\n    import g\nclass H:\n    import i\n"
        "try:\n    import j\nfinally:\n    pass\nasync def k():\n    from l.m import n\n"
    )

    assert sorted(_imports(path)) == ["a.b", "c.d", "e", "g", "i", "j", "l.m.n"]
    assert sorted(_imports(path, module_level=True)) == ["a.b", "c.d", "g", "i", "j"]


@pytest.mark.parametrize("path", _python_files(LIBRARY), ids=lambda path: str(path.relative_to(LIBRARY)))
def test_library_knows_nothing_of_airflow(path: Path) -> None:
    assert [name for name in _imports(path) if name.split(".")[0] in {"airflow", "sohoa_airflow"}] == []


@pytest.mark.parametrize(
    "path", _python_files(PROJECT / "dags", PROJECT / "plugins"), ids=lambda path: str(path.relative_to(PROJECT))
)
def test_dag_and_plugin_files_import_nothing_heavy(path: Path) -> None:
    assert [name for name in _imports(path, module_level=True) if name.split(".")[0] not in LIGHT] == []


def test_what_dag_files_import_of_the_seam_imports_nothing_heavy_either() -> None:
    """Followed through the seam's own modules, as Python does it."""
    waiting = [
        name
        for path in _python_files(PROJECT / "dags", PROJECT / "plugins")
        for name in _imports(path, module_level=True)
    ]
    seen: set[Path] = set()
    heavy: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name.split(".")[0] not in LIGHT:
            heavy.add(name)
        for path in _seam_files(name):
            if path not in seen:
                seen.add(path)
                waiting.extend(_imports(path, module_level=True))
    assert {path.stem for path in seen} >= {"steps", "assets", "triggers", "defaults"}
    assert heavy == set()


def _seam_files(name: str) -> list[Path]:
    """The files of the seam that importing a dotted name runs."""
    parts = name.split(".")
    if parts[0] != SEAM.name:
        return []
    steps = (SEAM.parent.joinpath(*parts[: n + 1]) for n in range(len(parts)))
    return [file for step in steps for file in (step / "__init__.py", step.with_suffix(".py")) if file.is_file()]


@pytest.mark.parametrize("package", [path.parent.name for path in sorted(LIBRARY.glob("*/__init__.py"))])
def test_package_uses_only_those_before_it_on_the_journey(package: str) -> None:
    before = {package, *COMMON, *BESIDE.get(package, ())}
    if package in JOURNEY:
        before.update(JOURNEY[: JOURNEY.index(package)])
    else:
        assert package in {*COMMON, *BESIDE}, f"{package} has no place in the order of the journey yet"
    found = {
        (str(path.relative_to(LIBRARY)), name)
        for path in _python_files(LIBRARY / package)
        for name in _imports(path)
        if name.startswith("sohoa.") and name.split(".")[1] not in before
    }
    assert found - KNOWN == set()


# The child process that opens files also writes PDF/A, since that decodes pages; its parent side imports none of it.
KNOWN = {
    ("pages/worker.py", "sohoa.archive.pdfa.CopyPage"),
    ("pages/worker.py", "sohoa.archive.pdfa.NotPdfa"),
    ("pages/worker.py", "sohoa.archive.pdfa.make_pdfa"),
}


def test_exceptions_from_the_order_are_still_needed() -> None:
    found = {(str(path.relative_to(LIBRARY)), name) for path in _python_files(LIBRARY) for name in _imports(path)}

    assert found >= KNOWN


def test_library_and_seam_never_import_dags_plugins_or_tests() -> None:
    outside = {path.stem for path in _python_files(PROJECT / "dags", PROJECT / "plugins")} | {
        "dags",
        "plugins",
        "tests",
    }
    names = {name.split(".")[0] for path in _python_files(LIBRARY, SEAM) for name in _imports(path)}

    assert names & outside == set()


# --- the linter holds the same rule ---------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's folders without its files, with its linter settings."""
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    for folder in ("dags", "plugins", "include/sohoa/intake", "include/sohoa_airflow/web", "tests/unit"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "line", "rule"),
    [
        ("include/sohoa/x.py", "from airflow.sdk import task", "TID251"),
        ("include/sohoa/intake/x.py", "import airflow", "TID251"),
        ("include/sohoa/intake/x.py", "from sohoa_airflow import steps", "TID251"),
        ("include/sohoa/intake/x.py", "import pandas", None),
        ("include/sohoa/intake/x.py", "from sohoa.settings import Settings", None),
        ("include/sohoa_airflow/x.py", "from airflow.sdk import task", None),
        ("include/sohoa_airflow/web/x.py", "from sqlalchemy import select", None),
        ("include/sohoa_airflow/steps.py", "from sohoa.intake import begin_batch", "TID253"),
        ("include/sohoa_airflow/triggers.py", "import sqlalchemy", "TID253"),
        ("dags/x.py", "import pandas", "TID253"),
        ("dags/x.py", "from sohoa.intake import receive_batch", "TID253"),
        ("dags/x.py", "from airflow.sdk import task", None),
        ("dags/x.py", "from sohoa_airflow import steps", None),
        ("dags/x.py", "def f():\n    import pandas\n    return pandas", None),
        ("plugins/x.py", "import great_expectations.core", "TID253"),
        ("tests/unit/x.py", "import pandas, airflow", None),
    ],
)
def test_linter_refuses_an_import_against_the_rule(copy: Path, path: str, line: str, rule: str | None) -> None:
    (copy / path).write_text(f"{line}\n")
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, "check", "--no-cache", "--select", "TID", "--output-format", "concise", path],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ((rule or "All checks passed!") in done.stdout) is True, done.stdout + done.stderr
    assert done.returncode == (1 if rule else 0)
