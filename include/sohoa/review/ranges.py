"""Where a document begins and ends, and which way its pages lie, as a person sees it."""

from __future__ import annotations

from sqlalchemy import select

from sohoa.catalogue.models import OPEN, Decision, Document, Page, PageStatus, TextOrigin
from sohoa.journey.documents import compile_ranges
from sohoa.journey.stacks import withdraw_proposals
from sohoa.review.desk import Desk, open_item
from sohoa.review.errors import WrongValue
from sohoa.review.queue import require_not_held

_TURNS = (90, 180, 270)


def split(desk: Desk, at_page: int) -> None:
    """Cut the document in two; the first keeps its id, both are read anew from the words that are kept.

    Raises:
        WrongValue: the document has no such page, or it is its first.
    """
    document = desk.document
    if not 2 <= at_page <= document.page_count:
        raise WrongValue(
            desk.text("review.split_where", document=document.document_id, page=at_page, pages=document.page_count)
        )
    first, last = document.first_page, document.last_page
    cut = first + at_page - 1
    before = {"first_page": first, "page_count": document.page_count}
    made = compile_ranges(desk.settings, desk.session, desk.batch, document.sha256, [(first, cut - 1), (cut, last)])
    _forget_link(desk)
    open_item(desk.session, made[1])
    desk.touched.extend(made)
    desk.tell("review_split", before, {"page_counts": [cut - first, last - cut + 1]}, documents=made)


def merge(desk: Desk) -> None:
    """Join the next document of the same master to this one; its id and what was set of it fall away.

    Raises:
        WrongValue: the master ends here, a separator sheet or a settled document follows.
        Held: somebody else has the next one in hand.
    """
    document, session = desk.document, desk.session
    following = session.scalars(
        select(Document).where(Document.sha256 == document.sha256, Document.first_page == document.last_page + 1)
    ).first()
    if following is None or following.status not in OPEN:
        raise WrongValue(desk.text("review.merge_what", document=document.document_id))
    require_not_held(session, following.document_id, desk.reviewer, desk.language)
    before = {"page_count": document.page_count, "merged": following.document_id}
    others = session.scalars(
        select(Document.first_page).where(
            Document.sha256 == document.sha256, Document.document_id != following.document_id
        )
    ).all()
    withdraw_proposals(session, desk.batch, document.sha256, set(others))
    compile_ranges(desk.settings, session, desk.batch, document.sha256, [(document.first_page, following.last_page)])
    _forget_link(desk)
    desk.tell("review_merged", before, {"page_count": document.page_count})


def rotate(desk: Desk, page: int, degrees: int) -> None:
    """Have a page turned and read again when the decision is carried out.

    Raises:
        WrongValue: no such page or turn, or there is nothing on the page to be read another way round.
    """
    document = desk.document
    if degrees not in _TURNS or not 1 <= page <= document.page_count:
        raise WrongValue(desk.text("review.rotate_what", pages=document.page_count))
    row = desk.session.get_one(Page, (document.sha256, document.first_page + page - 1))
    if not can_be_turned(row):
        raise WrongValue(desk.text("review.rotate_not", page=page))
    before = _rotation(desk, row)
    after = (before + degrees) % 360
    desk.turns.append({"sha256": row.sha256, "page_no": row.page_no, "rotation": after})
    desk.tell("review_page_rotated", {"rotation": before}, {"rotation": after}, page_no=row.page_no)


def can_be_turned(page: Page) -> bool:
    """Whether reading a page another way round makes sense: a born-digital page knows its own."""
    return page.text_origin != TextOrigin.OWN and page.status not in (PageStatus.FAILED, PageStatus.PENDING)


def _rotation(desk: Desk, page: Page) -> int:
    """How a page is turned once all that was decided before is carried out."""
    waiting = desk.session.scalars(
        select(Decision.turns)
        .where(Decision.document_id == desk.document.document_id, Decision.finished_at.is_(None))
        .order_by(Decision.id)
    )
    turns = [turn for earlier in (*waiting, desk.turns) for turn in earlier if turn["page_no"] == page.page_no]
    return int(turns[-1]["rotation"]) if turns else page.rotation or 0


def _forget_link(desk: Desk) -> None:
    """What was linked was another range of pages; the register is asked anew."""
    desk.item.result_id = None
