"""Faces are known to draw every Vietnamese letter before they are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from sohoa.samples import FaceMissingError, Side, faces, make_samples, vietnamese_letters


def test_vietnamese_adds_134_letters() -> None:
    letters = vietnamese_letters()
    assert len(letters) == 134
    assert {"ư", "Ơ", "đ", "Ẵ", "ỹ"} <= letters


def test_the_default_face_draws_all_letters_in_every_style() -> None:
    family = faces.check_family(faces.DEFAULT_FACE)
    for name in (family.regular, family.bold, family.italic, family.bold_italic):
        assert not faces.missing_letters(faces.find_file(name, family.package))


def test_a_face_that_lacks_letters_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # Debian's fonts-dkg-handwriting draws no Vietnamese.
    poor = faces.Family(Side.TRAIN, "Poor", "fonts-dkg-handwriting", "dkg.ttf", "dkgBd.ttf", "dkgIt.ttf", "dkgBI.ttf")
    monkeypatch.setitem(faces.FAMILIES, "Poor", poor)
    with pytest.raises(FaceMissingError, match="fonts-croscore"):
        faces.check_family("Poor")


def test_a_missing_face_names_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    absent = faces.Family(Side.TRAIN, "Absent", "fonts-absent", *("Absent.ttf",) * 4)
    monkeypatch.setitem(faces.FAMILIES, "Absent", absent)
    with pytest.raises(FaceMissingError, match="apt-get install fonts-absent"):
        make_samples(tmp_path, 1, 1, "clean", faces=("Absent",))


def test_an_unknown_face_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaceMissingError, match="Comic"):
        make_samples(tmp_path, 1, 1, "clean", faces=("Comic",))


@pytest.mark.parametrize("face", sorted(faces.FAMILIES))
def test_documents_can_be_set_in_each_family(face: str, tmp_path: Path) -> None:
    family = faces.FAMILIES[face]
    try:
        faces.check_family(face)
    except FaceMissingError:
        pytest.skip(f"{family.package} is not installed")
    assert make_samples(tmp_path, 1, 2, "clean", side=family.side, faces=(face,), dpi=72).n_files == 1


def test_no_face_serves_both_sides(tmp_path: Path) -> None:
    for by_side in (faces.NUMBERING_MACHINE_FACES, faces.PEN_FACES):
        assert by_side[Side.TRAIN].keys().isdisjoint(by_side[Side.TEST])
    for side in Side:
        assert {faces.FAMILIES[name].side for name in faces.USUAL_FACES[side]} == {side}
    with pytest.raises(FaceMissingError, match="other side"):
        make_samples(tmp_path, 1, 1, "clean", side="test", faces=(faces.DEFAULT_FACE,))


@pytest.mark.parametrize("file_name", sorted(faces.DIGIT_FACES))
def test_digit_faces_draw_ten_different_digits(file_name: str) -> None:
    try:
        font = faces.digit_font(file_name, 40)
    except FaceMissingError:
        pytest.skip(f"{faces.DIGIT_FACES[file_name]} is not installed")
    assert len({bytes(font.getmask(digit)) for digit in "0123456789"}) == 10
