"""Names, places, organisations and phrases, drawn from `stock.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from random import Random

import yaml

_ASSOCIATION_KINDS = ("Hội", "Hiệp hội", "Liên hiệp các Hội", "Tổng hội", "Câu lạc bộ")
_STREETS = ("Nguyễn Chí Thanh", "Lê Duẩn", "Tôn Thất Tùng", "Phan Đình Phùng", "Trần Hưng Đạo", "Vạn Phúc")


@cache
def _stock() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(
        files("sohoa.samples").joinpath("stock.yaml").read_text(encoding="utf-8")
    )
    return loaded


def phrases(name: str) -> list[str]:
    """A list of the stock, in its order."""
    return _stock()[name]


def person(rng: Random) -> str:
    """A full name, such as `Trần Quang Hiếu`."""
    return _name(rng, "women" if rng.random() < 0.45 else "men")


def man(rng: Random) -> str:
    """A man's full name; signers are drawn from these."""
    return _name(rng, "men")


def _name(rng: Random, sex: str) -> str:
    lists = ("family_names", f"middle_names_{sex}", f"given_names_{sex}")
    return " ".join(rng.choice(_stock()[name]) for name in lists)


def province(rng: Random) -> str:
    """A province of before the mergers of 2025."""
    return rng.choice(_stock()["provinces"])


def district(rng: Random) -> str:
    """A district's name, with no word for its kind."""
    return rng.choice(_stock()["districts"])


def commune(rng: Random) -> str:
    """A commune's name, with no word for its kind."""
    return rng.choice(_stock()["communes"])


def association(rng: Random) -> str:
    """An association: nation-wide or of a province."""
    kind = rng.choice(_ASSOCIATION_KINDS)
    where = "Việt Nam" if rng.random() < 0.6 else f"tỉnh {province(rng)}"
    return f"{kind} {rng.choice(_stock()['trades'])} {where}"


def fund(rng: Random) -> str:
    """A social or charity fund."""
    return f"Quỹ {rng.choice(_stock()['fund_aims'])} {rng.choice(_stock()['fund_names'])}"


def church(rng: Random) -> str:
    """A religious organisation."""
    where = "Việt Nam" if rng.random() < 0.5 else f"tỉnh {province(rng)}"
    return f"{rng.choice(_stock()['churches'])} {where}"


def office(rng: Random) -> str:
    """A local office, with province and, for some, district."""
    return rng.choice(_stock()["offices"]).format(p=province(rng), d=district(rng))


def duty(rng: Random) -> str:
    """A post held in an office."""
    return rng.choice(_stock()["duties"])


def street(rng: Random) -> str:
    """An address."""
    return f"số {rng.randint(2, 298)} phố {rng.choice(_STREETS)}, thành phố Hà Nội"
