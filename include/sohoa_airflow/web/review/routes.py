"""The routes of the review desk; each asks which right the person has, and each POST whether it is our own form.

A decision is only written down here. The DAG `finish_reviewed` carries it out: its pulse sees what is unfinished.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from sohoa.messages import say
from sohoa.review import (
    Action,
    Changed,
    Closed,
    Correct,
    Held,
    NotAllowed,
    NotFound,
    ReviewError,
    WrongValue,
    confirm_result,
    decide,
    decline_result,
    find_proposal,
    propose_result,
    release,
    take,
    take_this,
)
from sohoa.settings import load_settings
from sohoa_airflow.web.page_images import page_image
from sohoa_airflow.web.pages import HEADERS, CurrentVisit, PageNumber, Visit
from sohoa_airflow.web.pages import visit as visit_of
from sohoa_airflow.web.review.forms import (
    REJECT_REASONS,
    RESCAN_REASONS,
    CurrentForm,
    Form,
    Round,
    changed_values,
    needed,
    steps_of,
    typed_values,
)
from sohoa_airflow.web.review.people import CurrentPerson, Person, require_same_origin
from sohoa_airflow.web.review.views import can_be_taken, desk_view, queue_view, require_shown

ITEMS_A_PAGE = 50
_IMAGE_KEPT = "private, max-age=600"

router = APIRouter(prefix="/review")
ours = [Depends(require_same_origin)]


@router.get("", name="review_queue")
def show_queue(
    visit: CurrentVisit,
    person: CurrentPerson,
    unit: str = "",
    page: PageNumber = 1,
    done: str = "",
    nothing: bool = False,
) -> Response:
    """What waits, the most harmful first, and who has what in hand."""
    person.require(Action.LOOK, visit.settings.language)
    queue = queue_view(visit.settings, unit or None, page, ITEMS_A_PAGE)
    return visit.page("review_queue.html", queue=queue, person=person, unit=unit, done=done, nothing=nothing)


@router.post("/next", name="review_next", dependencies=ours)
def go_to_next(visit: CurrentVisit, person: CurrentPerson, form: CurrentForm) -> Response:
    """Take the next item; the one in hand, if the form names it, is left for later."""
    person.require(Action.DECIDE, visit.settings.language)
    tour = _tour(form)
    return _next(visit, person, tour.without(form.get("leave")) if form.get("leave") else tour)


@router.get("/{document_id}", name="review_item")
def show_item(
    visit: CurrentVisit,
    person: CurrentPerson,
    document_id: str,
    unit: str = "",
    skip: str = "",
    done: str = "",
    saved: bool = False,
) -> Response:
    """A document with all that a person decides by; who may decide has it in hand from now on."""
    person.require(Action.LOOK, visit.settings.language)
    return _desk(visit, person, document_id, Round.of(unit, skip), done=done, saved=saved)


@router.get("/{document_id}/pages/{page}", name="review_page")
def show_page(visit: CurrentVisit, person: CurrentPerson, document_id: str, page: int) -> Response:
    """A page image; none of what is or may be classified."""
    person.require(Action.LOOK, visit.settings.language)
    image = page_image(visit.settings, document_id, page, needs_text=False)
    if image is None:
        raise HTTPException(404)
    return Response(image, media_type="image/jpeg", headers={"Cache-Control": _IMAGE_KEPT})


@router.post("/{document_id}", name="review_decide", dependencies=ours)
def take_decision(visit: CurrentVisit, person: CurrentPerson, document_id: str, form: CurrentForm) -> Response:
    """Write a decision down and go on: to the next item, or with this one where only values were saved."""
    person.require(Action.DECIDE, visit.settings.language)
    # Ready-made reasons go to the archivist on the receipt: in its language, not the reviewer's.
    steps = steps_of(form, load_settings().language)
    for step in steps:
        person.require(needed(step), visit.settings.language)
    tour = _tour(form)
    if not steps:
        return _go(visit.link("review_item", tour.query(), document_id=document_id))
    try:
        require_shown(visit.settings, document_id, visit.wording)
        decide(visit.settings, document_id, person.name, steps, form.get("version"))
    except (Changed, Closed, Held, WrongValue) as error:
        return _desk(visit, person, document_id, tour, refused=error, form=form)
    if all(step.keeps_in_hand for step in steps):
        return _go(visit.link("review_item", tour.query(saved="1"), document_id=document_id))
    return _next(visit, person, tour, done=document_id)


@router.post("/{document_id}/proposal", name="review_proposal", dependencies=ours)
def enter_into_register(visit: CurrentVisit, person: CurrentPerson, document_id: str, form: CurrentForm) -> Response:
    """Propose, confirm or decline a row of the register from the paper."""
    person.require(Action.REGISTER, visit.settings.language)
    tour = _tour(form)
    try:
        _propose_or_settle(visit, person, document_id, form)
    except (Changed, Closed, Held, NotAllowed, WrongValue) as error:
        return _desk(visit, person, document_id, tour, refused=error, form=form)
    return _next(visit, person, tour, done=document_id)


@router.post("/{document_id}/hold", name="review_hold", dependencies=ours)
def hold_on(visit: CurrentVisit, person: CurrentPerson, document_id: str) -> Response:
    """Renew the lease while the page is open; 409 when the document is no longer the person's to decide."""
    person.require(Action.DECIDE, visit.settings.language)
    # A late sign of life must not take back what was just decided, or nobody would carry it out.
    if not can_be_taken(visit.settings, document_id):
        return Response(status_code=409)
    take_this(visit.settings, document_id, person.name)
    return Response(status_code=204)


@router.post("/{document_id}/release", name="review_release", dependencies=ours)
def give_back(visit: CurrentVisit, person: CurrentPerson, document_id: str, form: CurrentForm) -> Response:
    """Give an item back to the queue."""
    person.require(Action.DECIDE, visit.settings.language)
    release(visit.settings, document_id, person.name)
    unit = _tour(form).unit
    return _go(visit.link("review_queue", {"unit": unit} if unit else None))


def say_refused(request: Request, error: Exception) -> Response:
    """What the desk did not do, and why."""
    visit = visit_of(request)
    status = _status(error)
    # Of a classified document not even that it can be asked for here.
    status = 404 if isinstance(error, Closed) and request.method == "GET" else status
    answer = visit.page("review_refused.html", status, message=str(error))
    answer.headers.update(HEADERS)
    return answer


def _status(error: Exception) -> int:
    known: dict[type[Exception], int] = {NotAllowed: 403, NotFound: 404, WrongValue: 422}
    return known.get(type(error), 409)


def _desk(
    visit: Visit,
    person: Person,
    document_id: str,
    tour: Round,
    *,
    done: str = "",
    saved: bool = False,
    refused: ReviewError | None = None,
    form: Form | None = None,
) -> Response:
    """The desk; after a refusal with the reason and with what the person had typed, unless the document changed."""
    typed = typed_values(form) if form is not None and isinstance(refused, WrongValue) else None
    desk = desk_view(visit.settings, document_id, person, visit.wording, tour.unit, typed)
    return visit.page(
        "review_desk.html",
        200 if refused is None else _status(refused),
        desk=desk,
        person=person,
        tour=tour,
        done=done,
        saved=saved,
        refused=None if refused is None else str(refused),
        chosen=form.get("link") if form is not None and typed else "",
        rescan_reasons=RESCAN_REASONS,
        reject_reasons=REJECT_REASONS,
    )


def _propose_or_settle(visit: Visit, person: Person, document_id: str, form: Form) -> None:
    settings, name = visit.settings, person.name
    require_shown(settings, document_id, visit.wording)
    action = form.get("do")
    if action == "propose":
        version: str | None = form.get("version")
        if changed := changed_values(form):
            decide(settings, document_id, name, [Correct(changed)], version)
            version = None  # in the same hands since
        propose_result(settings, document_id, name, form.get("propose_unit") or None, version=version)
        return
    proposal = find_proposal(settings, document_id)
    if proposal != form.number("proposal"):
        raise Changed(say("review.changed", settings.language, document=document_id))
    if action == "confirm":
        confirm_result(settings, proposal, name)
    elif action == "decline":
        decline_result(settings, proposal, name, form.get("decline_reason"))


def _next(visit: Visit, person: Person, tour: Round, done: str = "") -> Response:
    lease = take(visit.settings, person.name, tour.unit, tour.skip)
    told = {"done": done} if done else {}
    if lease is None:
        unit = {"unit": tour.unit} if tour.unit else {}
        return _go(visit.link("review_queue", {**unit, **told, "nothing": "1"}))
    return _go(visit.link("review_item", tour.query(**told), document_id=lease.document_id))


def _tour(form: Form) -> Round:
    return Round.of(form.get("unit"), form.get("skip"))


def _go(address: str) -> Response:
    return RedirectResponse(address, 303)
