"""The link to the register as a person makes it: never against what stands on the paper."""

from __future__ import annotations

from sohoa.catalogue.models import Field, Result
from sohoa.duplicates import HAS_COPY
from sohoa.reading.calibration import SURE
from sohoa.reading.grammar import Code, parse_code
from sohoa.register.normalise import fold_code
from sohoa.review.desk import Desk
from sohoa.review.errors import NotFound, WrongValue
from sohoa.review.fields import set_by_person


def link_to(desk: Desk, result_id: int) -> None:
    """Link the document to a result; what the paper does not tell is taken from the register.

    Raises:
        NotFound: no such result.
        WrongValue: number, symbol or date is known and differs.
    """
    result = desk.session.get(Result, result_id)
    if result is None:
        raise NotFound(desk.text("review.no_result", result=result_id))
    registered = _registered(result)
    known = desk.fields()
    contradicted = [
        name
        for name, value in registered.items()
        if _is_sure(known.get(name)) and not _same(name, str(known[name].value), value)
    ]
    if contradicted:
        names = ", ".join(desk.text(f"field.{name}") for name in contradicted)
        raise WrongValue(desk.text("review.link_contradicts", fields=names, result=result.result_key))
    taken = {name: value for name, value in registered.items() if not _is_sure(known.get(name))}
    before = {"result_id": desk.item.result_id, **set_by_person(desk, taken)}
    desk.item.result_id = result.id
    # The register tells what the pen wrote, and a person compared the two.
    desk.item.waived = sorted({*desk.item.waived, "handwritten_number"})
    desk.tell("review_linked", before, {"result_id": result.id, **taken}, result_key=result.result_key)


def replace_copy(desk: Desk) -> None:
    """Choose this document where its result has a copy already; that one is superseded once this one is accepted.

    Raises:
        WrongValue: it does not wait for such a choice.
    """
    if HAS_COPY not in desk.document.review_reasons:
        raise WrongValue(desk.text("review.nothing_to_replace", document=desk.document.document_id))
    before = {"waived": desk.item.waived}
    desk.item.waived = sorted({*desk.item.waived, HAS_COPY})
    desk.tell("review_copy_chosen", before, {"waived": desk.item.waived})


def unlink(desk: Desk) -> None:
    """Take back the link that a person made.

    Raises:
        WrongValue: none was made.
    """
    if desk.item.result_id is None:
        raise WrongValue(desk.text("review.not_linked", document=desk.document.document_id))
    before = {"result_id": desk.item.result_id}
    desk.item.result_id = desk.document.result_id = None
    desk.tell("review_unlinked", before, {"result_id": None})


def _registered(result: Result) -> dict[str, str]:
    """Number, symbol and date as the register has them; those that it lacks are left out."""
    values: dict[str, str] = {}
    code = _code(result.code_text or "")
    if code is not None and code.number is not None:
        values = {"code_number": code.number, "code_notation": code.notation}
    if result.issued_on is not None:
        values["issued_on"] = result.issued_on.isoformat()
    return values


def _code(text: str) -> Code | None:
    return parse_code(f"Số: {text}")


def _is_sure(field: Field | None) -> bool:
    return field is not None and field.value is not None and field.confidence >= SURE


def _same(name: str, printed: str, registered: str) -> bool:
    """Whether two spellings say the same; registers write `05` and `5`, `QĐ` and `QD`."""
    if name == "issued_on":
        return printed == registered
    if name == "code_number":
        return fold_code(printed) == fold_code(registered)
    return fold_code(f"1/{printed}") == fold_code(f"1/{registered}")
