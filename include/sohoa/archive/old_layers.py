"""The text that an earlier OCR hid on a scan, taken out so that a search does not find its errors beside our words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name

from sohoa.archive.textlayer import Matrix, entries

_AS_IT_IS = Matrix(1, 0, 0, 1, 0, 0)
_INVISIBLE = 3  # text rendering mode (ISO 32000-1, 9.3.6)
_SHOWING = frozenset({"Tj", "TJ", "'", '"'})
_OF_TEXT = _SHOWING | {"BT", "ET", "Tf", "Tr", "Td", "TD", "Tm", "T*", "Tc", "Tw", "Tz", "TL", "Ts"}
_OF_PACKING = frozenset({"/Length", "/Filter", "/DecodeParms"})
_COVERS = 0.9  # of the page: what lies under such a picture is not seen
_DEEPEST = 8  # forms within forms


@dataclass(frozen=True)
class _State:
    """What decides whether text is seen."""

    mode: int = 0
    drawn_glyphs: bool = False  # a Type 3 font paints in every mode
    matrix: Matrix = _AS_IT_IS

    @property
    def hides_text(self) -> bool:
        return self.mode == _INVISIBLE and not self.drawn_glyphs


class _Walk:
    """One content stream, gone through.

    Attributes:
        hidden: indices of the instructions that show hidden text.
        shown: indices of those that show any.
        forms: for each form that it draws, the state that it is drawn in.
    """

    def __init__(self, instructions: Sequence[Any], resources: Any, state: _State, page_area: float) -> None:
        self.resources = resources
        self.page_area = page_area
        self.state = state
        self.hidden: set[int] = set()
        self.shown: list[int] = []
        self.forms: dict[str, _State] = {}
        self._saved: list[_State] = []
        self._cover = -1
        self._see_through = False
        for index, (operands, operator) in enumerate(instructions):
            name = str(operator)
            if name in _SHOWING:
                self._show(index)
            elif name == "Do":
                self._draw(index, str(operands[0]))
            else:
                self._change(name, operands)
        if not self._see_through:
            self.hidden.update(index for index in self.shown if index < self._cover)

    def _show(self, index: int) -> None:
        self.shown.append(index)
        if self.state.hides_text:
            self.hidden.add(index)

    def _draw(self, index: int, name: str) -> None:
        xobject = entries(self.resources, "/XObject").get(name, Dictionary())
        if xobject.get(Name.Subtype) == Name.Form:
            self.forms[name] = self.state
        elif _covers(xobject, self.state.matrix, self.page_area):
            self._cover = index

    def _change(self, name: str, operands: Sequence[Any]) -> None:
        if name == "q":
            self._saved.append(self.state)
        elif name == "Q" and self._saved:
            self.state = self._saved.pop()
        elif name == "cm":
            self.state = replace(
                self.state, matrix=self.state.matrix.after(Matrix(*(float(value) for value in operands)))
            )
        elif name == "Tr":
            self.state = replace(self.state, mode=int(operands[0]))
        elif name == "Tf":
            font = entries(self.resources, "/Font").get(str(operands[0]), Dictionary())
            self.state = replace(self.state, drawn_glyphs=font.get(Name.Subtype) == Name.Type3)
        elif name == "gs":
            self._see_through = True


def without_hidden_text(pdf: pikepdf.Pdf, page: pikepdf.Page) -> pikepdf.Page:
    """The page without invisible text and without text under a picture that covers it; what is seen stays the same.

    Fonts that nothing is written in go too. Pictures are not touched. Text objects that hold seen and hidden text
    together stay as they are.

    Args:
        pdf: The open document of the page, which is changed in memory.
        page: One of its pages.
    """
    if not _has_fonts(page.obj.get(Name.Resources)):
        return page
    left, bottom, right, top = (float(side) for side in page.cropbox)
    content, resources = _filtered(pdf, page.obj, _State(), abs((right - left) * (top - bottom)), 0)
    if content is not None:
        page.obj.Contents = pdf.make_stream(content)
        page.obj.Resources = resources
    return page


def _has_fonts(resources: Any, depth: int = 0) -> bool:
    if not isinstance(resources, Dictionary) or depth > _DEEPEST:
        return False
    if resources.get(Name.Font):
        return True
    return any(
        _has_fonts(xobject.get(Name.Resources), depth + 1)
        for xobject in entries(resources, "/XObject").values()
        if xobject.get(Name.Subtype) == Name.Form
    )


def _filtered(
    pdf: pikepdf.Pdf, owner: pikepdf.Object, state: _State, page_area: float, depth: int
) -> tuple[bytes | None, Any]:
    """Content and resources of a page or form without hidden text; None for the content that has none."""
    instructions: list[Any] = list(pikepdf.parse_content_stream(owner))
    resources = entries(owner, "/Resources")
    walk = _Walk(instructions, resources, state, page_area)
    forms = _filtered_forms(pdf, walk, depth)
    dropped = _separable(instructions, walk)
    unused = len(dropped) == len(walk.shown) and Name.Font in resources
    if not dropped and not forms and not unused:
        return None, resources
    resources.XObject = entries(resources, "/XObject")
    for name, form in forms.items():
        resources.XObject[name] = form
    if unused:
        # A font that nothing is written in need not conform either.
        del resources.Font
        dropped = {index for index, (_, operator) in enumerate(instructions) if str(operator) in _OF_TEXT}
    kept = [instruction for index, instruction in enumerate(instructions) if index not in dropped]
    return pikepdf.unparse_content_stream(kept), resources


def _filtered_forms(pdf: pikepdf.Pdf, walk: _Walk, depth: int) -> dict[str, pikepdf.Object]:
    forms: dict[str, pikepdf.Object] = {}
    for name, state in walk.forms.items():
        form = walk.resources.XObject[name]
        if depth >= _DEEPEST or not _has_fonts(form.get(Name.Resources)):
            continue
        content, resources = _filtered(pdf, form, state, walk.page_area, depth + 1)
        if content is not None:
            entries = {key: value for key, value in form.items() if key not in _OF_PACKING}
            forms[name] = pdf.make_stream(content, {**entries, "/Resources": resources})
    return forms


def _separable(instructions: Sequence[Any], walk: _Walk) -> set[int]:
    """The hidden text of text objects that show nothing else.

    Showing text moves the place of what follows in the same text object, so a mixed one is left alone.
    """
    dropped: set[int] = set()
    shown: list[int] = []
    for index, (_, operator) in enumerate(instructions):
        name = str(operator)
        if name == "BT":
            shown = []
        elif name in _SHOWING:
            shown.append(index)
        elif name == "ET" and walk.hidden.issuperset(shown):
            dropped.update(shown)
    return dropped


def _covers(image: pikepdf.Object, matrix: Matrix, page_area: float) -> bool:
    """Whether an opaque picture fills the page."""
    if image.get(Name.ImageMask) or Name.SMask in image or Name.Mask in image:
        return False
    return abs(matrix.a * matrix.d - matrix.b * matrix.c) >= _COVERS * page_area
