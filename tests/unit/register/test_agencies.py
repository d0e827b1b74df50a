"""Agencies under their names, and the units that decide in their name."""

from __future__ import annotations

from sohoa.catalogue.units import load_ruleset_units
from sohoa.register.agencies import may_issue, same_agency


def test_case_and_marks_make_no_other_agency() -> None:
    assert same_agency("BỘ NỘI VỤ", "Bộ Nội vụ")
    assert same_agency("Cục không có trong danh mục", "CỤC KHÔNG CÓ TRONG DANH MỤC")
    assert not same_agency("Bộ Nội vụ", "Ban Tôn giáo Chính phủ")
    assert not same_agency("Cục này", "Cục kia")


def test_a_former_name_is_the_same_agency_and_no_other() -> None:
    renamed = [(entry, past) for entry in load_ruleset_units() for past in entry.former]
    assert renamed
    for entry, past in renamed:
        assert same_agency(past.name, entry.name)
        others = (other for other in load_ruleset_units() if other.code != entry.code)
        assert not any(same_agency(past.name, other.name) for other in others)


def test_an_agency_issues_what_it_and_the_units_below_it_decide() -> None:
    assert may_issue("Bộ Nội vụ", "G09") is True
    assert may_issue("BỘ NỘI VỤ", "G09.05") is True
    assert may_issue("Ban Tôn giáo Chính phủ", "G09.03") is True
    assert may_issue("Ban Tôn giáo Chính phủ", "G09") is False
    assert may_issue("Ban Tôn giáo Chính phủ", "G09.02") is False


def test_what_the_unit_list_does_not_know_says_nothing() -> None:
    assert may_issue("Sở Nội vụ tỉnh Cao Bằng", "G09") is None
    assert may_issue("Bộ Nội vụ", "H48") is None
