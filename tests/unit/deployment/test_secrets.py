from __future__ import annotations

import re
from typing import Any

from .compose import PROJECT, example_values, strings, variables

SOUNDS_SECRET = re.compile(r"PASSWORD|SECRET|KEY|TOKEN|AUTH$")
PASSWORD_IN_URL = re.compile(r"://[^:/@\s]*:(?P<password>(?:\$\{[^}]*\}|[^@])*)@")


def uses(raw: dict[str, Any]):
    return [variable for text in strings(raw) for variable in variables(text)]


def test_every_variable_is_required_with_a_reason_or_has_a_default(raw: dict[str, Any]):
    for variable in uses(raw):
        assert variable.operator in (":?", ":-"), variable
        # Settings take an empty variable for one that is not there.
        assert variable.word or (variable.operator == ":-" and variable.name.startswith("SOHOA_")), variable


def test_the_example_lists_every_variable_and_no_other(raw: dict[str, Any]):
    required, optional = example_values()
    assert set(required) == {variable.name for variable in uses(raw) if variable.operator == ":?"}
    assert optional == {variable.name: variable.word for variable in uses(raw) if variable.operator == ":-"}


def test_the_example_gives_no_value_for_a_secret_but_says_how_to_make_one():
    required, _ = example_values()
    assert set(required.values()) == {""}
    text = (PROJECT / ".env.example").read_text(encoding="utf-8")
    for name in required:
        comment = text[: text.index(f"\n{name}=")].rsplit("\n\n", 1)[-1]
        assert re.search(r'^#   python3 -c ".*(secrets\.token|os\.urandom)', comment, re.MULTILINE), name


def test_whatever_sounds_secret_is_required(raw: dict[str, Any]):
    for variable in uses(raw):
        if SOUNDS_SECRET.search(variable.name):
            assert variable.operator == ":?", variable
    for service in raw["services"].values():
        for name, value in service.get("environment", {}).items():
            if SOUNDS_SECRET.search(name):
                assert is_one_required_variable(value), name


def test_whatever_airflow_calls_sensitive_holds_a_required_variable(
    raw: dict[str, Any], known_to_airflow: dict[str, Any]
):
    sensitive = {f"AIRFLOW__{section}__{key}".upper() for section, key in known_to_airflow["sensitive_options"]}
    assert sensitive >= {"AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY"}
    for service in raw["services"].values():
        for name in sensitive & service.get("environment", {}).keys():
            operators = {variable.operator for variable in variables(service["environment"][name])}
            assert operators == {":?"}, name


def test_no_url_carries_a_literal_password(raw: dict[str, Any]):
    found = [match["password"] for text in strings(raw) for match in PASSWORD_IN_URL.finditer(text)]
    assert len(found) >= 4
    assert all(map(is_one_required_variable, found)), found


def test_redis_asks_for_its_password(raw: dict[str, Any]):
    content = raw["configs"]["redis"]["content"]
    password = re.search(r"^requirepass (.*)$", content, re.MULTILINE)
    assert password
    assert is_one_required_variable(password[1])
    source = {"source": "redis", "target": raw["services"]["redis"]["command"][1]}
    assert raw["services"]["redis"]["configs"] == [source]


def test_the_superuser_is_known_to_its_server_and_init_only(raw: dict[str, Any]):
    knowing = {
        name
        for name, service in raw["services"].items()
        if any(variable.name == "DB_PASSWORD_SUPERUSER" for text in strings(service) for variable in variables(text))
    }
    assert knowing == {"postgres", "airflow-init"}


def test_no_secret_is_an_argument_of_a_program(stack: dict[str, Any]):
    # Arguments can be seen by every user of the host.
    for name, service in stack["services"].items():
        for key in ("command", "healthcheck", "build"):
            assert not [text for text in strings(service.get(key, [])) if "secret-" in text], name


def is_one_required_variable(text: str) -> bool:
    return bool(re.fullmatch(r"\$\{\w+:\?[^}]+\}", text))
