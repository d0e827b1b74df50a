"""The review desk over a real catalogue: who sees and does what, and what is written down."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi.routing import APIRoute
from PIL import Image
from sqlalchemy import event, select

from sohoa.archive import Store, master_key
from sohoa.catalogue.database import connect, reading, writing
from sohoa.catalogue.models import Base, Decision, Document, Event, Field, ProposedResult, ReviewLease
from sohoa.journey.locking import lock_by_person
from sohoa.messages import LANGUAGES, load_messages
from sohoa.reading.secrecy import DOUBT, MARK
from sohoa.register.candidates import Fit
from sohoa.review import Correct, NotAllowed, Role, decide, unfinished, view_item
from sohoa.settings import Settings
from sohoa_airflow.web import page_images
from sohoa_airflow.web.app import app
from sohoa_airflow.web.review.forms import REJECT_REASONS, RESCAN_REASONS
from sohoa_airflow.web.review.people import role_of
from web.desk_client import Visitor, boxes, text_of, visitor
from web.desk_world import SUBJECTS, SURE, Paper, make_desk

PAPERS = (
    Paper("115", "116", looked="115", n_pages=2),
    Paper("207", None, reasons=("handwritten_number",), flags=("handwritten_number",), subject=SUBJECTS[1]),
    Paper("411", "411", sure=SURE, registered=False, reasons=("no_register_row",), subject=SUBJECTS[3]),
)
EVENTS = (
    *("document_sent_to_review", "document_accepted", "document_rejected", "document_superseded", "document_duplicate"),
    *("review_accepted", "review_corrected", "review_linked", "review_unlinked", "review_copy_chosen", "review_split"),
    *("review_merged", "review_page_rotated", "low_dpi_overridden", "rescan_asked", "result_registered"),
    *("result_proposed", "result_confirmed", "proposal_declined"),
)


@dataclass
class DeskWorld:
    settings: Settings
    ids: list[str]

    def rows(self, model: type[Base]) -> list[object]:
        with reading(self.settings.catalogue_url) as session:
            return list(session.scalars(select(model).order_by(*model.__table__.primary_key)))

    def document(self, identity: str) -> Document:
        with reading(self.settings.catalogue_url) as session:
            return session.get_one(Document, identity)

    def held_by(self) -> dict[str, str]:
        return {row.document_id: row.reviewer for row in self.rows(ReviewLease)}  # type: ignore[attr-defined]

    def flag(self, identity: str, *flags: str) -> None:
        with writing(self.settings.catalogue_url) as session:
            session.get_one(Document, identity).flags = list(flags)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    home = tmp_path_factory.mktemp("desk") / "home"
    _, ids = make_desk(home, PAPERS)
    with sqlite3.connect(home / "catalogue.db") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home, ids


@pytest.fixture
def world(made: tuple[Path, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskWorld]:
    home, ids = made
    shutil.copytree(home, tmp_path / "home")
    monkeypatch.setenv("SOHOA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SOHOA_LANGUAGE", raising=False)
    yield DeskWorld(Settings(home=tmp_path / "home"), ids)
    app.dependency_overrides.clear()


# --- the queue ------------------------------------------------------------------------------------------------


def test_the_queue_says_why_each_waits_and_who_has_it(world: DeskWorld) -> None:
    visitor("binh").get(f"/review/{world.ids[1]}")
    text = text_of(visitor().get("/review").text)
    assert "3 văn bản chờ kiểm tra" in text
    assert text.index("Quyết định 116/QĐ-BNV") < text.index("Quyết định 411/QĐ-BNV"), "number before register row"
    row = text[text.index("Quyết định …/QĐ-BNV") : text.index("Quyết định 411/QĐ-BNV")]
    assert "Số viết tay" in row
    assert row.endswith("binh ")


def test_the_queue_comes_in_pages_and_by_unit(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sohoa_airflow.web.review.routes.ITEMS_A_PAGE", 2)
    assert visitor().get("/review").text.count('<th scope="row"') == 2
    assert visitor().get("/review?page=2").text.count('<th scope="row"') == 1
    assert "0 văn bản chờ" in visitor().get("/review?unit=G09.04").text


def test_two_who_start_at_once_get_two_items(world: DeskWorld) -> None:
    first, second = (visitor(name).post("/review/next").headers["location"] for name in ("an", "binh"))
    assert first != second
    assert sorted(world.held_by().values()) == ["an", "binh"]


def test_who_finds_all_in_other_hands_is_told_so(world: DeskWorld) -> None:
    for number, identity in enumerate(world.ids):
        visitor(f"người {number}").get(f"/review/{identity}")
    answer = visitor().post("/review/next")
    assert "mà chưa có người giữ" in visitor().get(answer.headers["location"]).text


def test_what_is_left_for_later_does_not_come_again_in_this_round(world: DeskWorld) -> None:
    an = visitor()
    address = an.post("/review/next").headers["location"]
    seen = [address]
    for _ in range(2):
        form = boxes(an.get(address).text)
        address = an.post("/review/next", leave=address.partition("?")[0].rpartition("/")[2], **form).headers[
            "location"
        ]
        seen.append(address)
    assert len({one.partition("?")[0] for one in seen}) == 3
    assert list(world.held_by()) == [seen[-1].partition("?")[0].rpartition("/")[2]]


def test_the_queue_tells_how_much_of_what_was_read_persons_left_as_it_was(world: DeskWorld) -> None:
    an = visitor()
    assert "Máy đọc đúng đến đâu" not in an.get("/review").text
    an.press(world.ids[0], "accept", **{"field.code_number": "115"})
    text = text_of(an.get("/review").text)
    assert "Số 1 0 %" in text
    assert "Ký hiệu 1 100 %" in text


# --- the desk -------------------------------------------------------------------------------------------------


def test_the_desk_shows_each_value_beside_its_place_with_other_readings_and_rows(world: DeskWorld) -> None:
    html = visitor().get(f"/review/{world.ids[0]}").text
    assert '<input id="f-code_number" name="field.code_number" value="116"' in html
    assert 'value="code_number=115"' in html
    assert '<svg class="strip"' in html
    assert 'data-field="issued_on"' in html
    assert "Số văn bản đọc chưa chắc chắn" in html
    assert "115/QĐ-BNV" in text_of(html[html.index('class="candidates"') :])
    assert boxes(html)["field.issued_on"] == "26/04/2022"
    assert world.held_by() == {world.ids[0]: "an"}


def test_pages_hold_no_inline_style_or_script(world: DeskWorld) -> None:
    for path in ("/review", f"/review/{world.ids[0]}"):
        html = visitor().get(path).text
        assert not re.search(r"\bstyle=|<style|<script(?! src=\"/static/)|\bon\w+=\"|https?://", html)


def test_the_image_is_the_page_upright_with_the_boxes_where_the_print_is(world: DeskWorld) -> None:
    answer = visitor("xem", "viewer").get(f"/review/{world.ids[0]}/pages/1")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"].startswith("private")
    page = Image.open(io.BytesIO(answer.content)).convert("L")
    assert abs(page.width - 1400) <= 8
    with reading(world.settings.catalogue_url) as session:
        field = session.get_one(Field, (world.ids[0], "code_number"))
    box = [field.left * page.width, field.top * page.height, field.right * page.width, field.bottom * page.height]
    assert page.crop(tuple(map(round, box))).getextrema()[0] < 100
    beneath = (box[0], box[3] + 12, box[2], box[3] + 40)
    assert page.crop(tuple(map(round, beneath))).getextrema()[0] > 200


@pytest.mark.parametrize("page", ["0", "3", "-1", "x"])
def test_a_page_that_the_document_has_not_is_not_found(world: DeskWorld, page: str) -> None:
    assert visitor().get(f"/review/{world.ids[0]}/pages/{page}").status_code == 404


def test_a_corrected_value_is_accepted_and_the_next_item_comes(world: DeskWorld) -> None:
    answer = visitor().press(world.ids[0], "accept", **{"field.code_number": "115"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/review/{world.ids[1]}?")
    assert world.document(world.ids[0]).code_number == "115"
    assert unfinished(world.settings) == [world.ids[0]]
    assert world.held_by() == {world.ids[1]: "an"}
    (decision,) = world.rows(Decision)
    assert decision.steps == [{"kind": "correct", "values": {"code_number": "115"}}, {"kind": "accept"}]  # type: ignore[attr-defined]
    assert decision.reviewer == "an"  # type: ignore[attr-defined]
    shown = visitor().get(answer.headers["location"]).text
    assert f'href="/review/{world.ids[0]}">Xem lại văn bản vừa rồi' in shown
    assert "Còn 2 văn bản chờ" in shown


def test_a_row_of_the_register_gives_what_the_pen_wrote(world: DeskWorld) -> None:
    an = visitor()
    html = an.get(f"/review/{world.ids[1]}").text
    row = re.search(r'name="link" value="(\d+)" data-digit="1"', html)
    assert row is not None
    an.press(world.ids[1], "accept", link=row[1])
    assert world.document(world.ids[1]).code_number == "207"


def test_saving_keeps_the_document_in_hand(world: DeskWorld) -> None:
    answer = visitor().press(world.ids[0], "save", **{"field.code_number": "115"})
    assert answer.headers["location"] == f"/review/{world.ids[0]}?saved=1"
    assert unfinished(world.settings) == []
    assert "vẫn do anh chị giữ" in visitor().get(answer.headers["location"]).text


def test_another_reading_is_a_button_where_there_is_no_script(world: DeskWorld) -> None:
    visitor().press(world.ids[0], "", use="code_number=115")
    assert world.document(world.ids[0]).code_number == "115"


@pytest.mark.parametrize(
    ("do", "form", "status", "note"),
    [
        ("ask_rescan:blurred", {}, "rejected", "Bản quét mờ, không đọc được"),
        ("ask_rescan", {"rescan_reason": "thiếu dấu"}, "rejected", "thiếu dấu"),
        ("reject:draft", {}, "rejected", "Bản dự thảo, chưa ban hành"),
    ],
)
def test_a_document_is_closed_with_its_reason(
    world: DeskWorld, do: str, form: dict[str, str], status: str, note: str
) -> None:
    assert visitor().press(world.ids[0], do, **form).status_code == 303
    document = world.document(world.ids[0])
    assert (document.status, document.review_note) == (status, note)


def test_a_closing_without_reason_is_refused(world: DeskWorld) -> None:
    answer = visitor().press(world.ids[0], "reject")
    assert answer.status_code == 422
    assert "Phải nêu lý do" in answer.text


def test_a_document_is_split_where_another_begins(world: DeskWorld) -> None:
    visitor().press(world.ids[0], "split", split_at="2")
    assert world.document(world.ids[0]).page_count == 1


def test_a_page_is_turned(world: DeskWorld) -> None:
    visitor().press(world.ids[0], "rotate", rotate_page="1", rotate_by="90")
    (decision,) = world.rows(Decision)
    assert decision.turns[0]["rotation"] == 90  # type: ignore[attr-defined]


def test_the_same_form_sent_twice_is_one_decision(world: DeskWorld) -> None:
    an = visitor()
    form = {**boxes(an.get(f"/review/{world.ids[0]}").text), "field.code_number": "115", "do": "accept"}
    answers = [an.post(f"/review/{world.ids[0]}", **form).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert len(world.rows(Decision)) == 1


# --- refusals that are told kindly ----------------------------------------------------------------------------


def test_a_value_that_cannot_be_is_refused_and_stays_in_its_box(world: DeskWorld) -> None:
    answer = visitor().press(world.ids[0], "accept", **{"field.issued_on": "32/13/2022", "field.code_number": "115"})
    assert answer.status_code == 422
    assert "không phải ngày ban hành" in answer.text
    assert boxes(answer.text)["field.issued_on"] == "32/13/2022"
    assert boxes(answer.text)["seen.issued_on"] == "26/04/2022"
    assert world.rows(Decision) == []


def test_a_document_that_changed_meanwhile_is_shown_anew(world: DeskWorld) -> None:
    an = visitor()
    form = {**boxes(an.get(f"/review/{world.ids[0]}").text), "do": "accept", "field.code_number": "999"}
    decide(world.settings, world.ids[0], "an", [Correct({"code_number": "115"})])
    answer = an.post(f"/review/{world.ids[0]}", **form)
    assert answer.status_code == 409
    assert "đã thay đổi sau khi mở" in answer.text
    assert boxes(answer.text)["field.code_number"] == "115"


def test_a_form_without_version_decides_nothing(world: DeskWorld) -> None:
    assert visitor().press(world.ids[0], "accept", version="").status_code == 409
    assert world.rows(Decision) == []


def test_what_another_has_in_hand_can_only_be_looked_at(world: DeskWorld) -> None:
    form = boxes(visitor().get(f"/review/{world.ids[0]}").text)
    binh = visitor("binh")
    html = binh.get(f"/review/{world.ids[0]}").text
    assert "an đang giữ văn bản" in html
    assert 'name="do"' not in html
    assert binh.post(f"/review/{world.ids[0]}", **form, do="accept").status_code == 409
    assert binh.post(f"/review/{world.ids[0]}/hold").status_code == 409
    assert world.held_by() == {world.ids[0]: "an"}


def test_the_lease_is_renewed_and_given_back(world: DeskWorld) -> None:
    an = visitor()
    an.get(f"/review/{world.ids[0]}")
    (before,) = world.rows(ReviewLease)
    assert an.post(f"/review/{world.ids[0]}/hold").status_code == 204
    (after,) = world.rows(ReviewLease)
    assert after.until > before.until  # type: ignore[attr-defined]
    assert an.post(f"/review/{world.ids[0]}/release").headers["location"] == "/review"
    assert world.held_by() == {}


def test_a_late_sign_of_life_does_not_take_back_what_was_decided(world: DeskWorld) -> None:
    an = visitor()
    an.press(world.ids[0], "accept", **{"field.code_number": "115"})
    assert an.post(f"/review/{world.ids[0]}/hold").status_code == 409
    assert "đang được thực hiện" in an.get(f"/review/{world.ids[0]}").text
    assert unfinished(world.settings) == [world.ids[0]]


def test_a_sign_of_life_reads_nothing_of_what_was_read_of_the_document(world: DeskWorld) -> None:
    """Each open page sends one again and again."""
    an = visitor()
    an.get(f"/review/{world.ids[0]}")
    asked: list[str] = []
    engine = connect(world.settings.catalogue_url)
    event.listen(engine, "before_cursor_execute", lambda _connection, _cursor, query, *_: asked.append(query))
    assert an.post(f"/review/{world.ids[0]}/hold").status_code == 204
    tables = {table for query in asked for table in re.findall(r"(?:FROM|JOIN|INTO) (\w+)", query)}
    assert "document" in tables
    assert tables & {"field", "page", "result", "event"} == set()


def test_a_document_that_is_not_there_is_a_friendly_404(world: DeskWorld) -> None:
    answer = visitor().get("/review/nothing")
    assert answer.status_code == 404
    assert "Chưa thực hiện được" in answer.text
    assert visitor().post("/review/nothing/hold").status_code == 404
    assert visitor().post("/review/nothing", do="accept").status_code == 404
    assert world.held_by() == {}


# --- who may what ---------------------------------------------------------------------------------------------


def review_routes() -> list[tuple[str, str]]:
    return [
        (method, route.path.format(document_id="x", page="1"))
        for route in app.routes
        if isinstance(route, APIRoute) and route.path.startswith("/review")
        for method in sorted(route.methods)
    ]


@pytest.mark.parametrize(("method", "path"), review_routes())
@pytest.mark.parametrize("role", [None, "nobody"])
def test_who_has_no_role_gets_nothing(world: DeskWorld, method: str, path: str, role: str | None) -> None:
    user = SimpleNamespace(role=role, get_name=lambda: "khach")
    guest = Visitor(user, visitor().client)
    answer = guest.get(path) if method == "GET" else guest.post(path)
    assert answer.status_code == 403
    assert "chưa có quyền ở bàn kiểm tra" in answer.text


@pytest.mark.parametrize("path", [path for method, path in review_routes() if method == "POST"])
def test_a_viewer_can_send_nothing(world: DeskWorld, path: str) -> None:
    answer = visitor("xem", "viewer").post(path.replace("/x", f"/{world.ids[0]}"), do="accept")
    assert answer.status_code == 403
    assert "Quyền người xem không được" in answer.text
    assert world.rows(Decision) == world.rows(ReviewLease) == []


def test_a_viewer_sees_pages_without_buttons_and_takes_nothing(world: DeskWorld) -> None:
    viewer = visitor("xem", "viewer")
    for path in ("/review", f"/review/{world.ids[0]}"):
        html = viewer.get(path).text
        assert 'method="post"' not in html.replace('<form method="post" id="decision"', "")
        assert 'name="do"' not in html
    assert "Quyền người xem chỉ được xem" in html
    assert world.held_by() == {}


@pytest.mark.parametrize("do", ["link", "unlink", "reject:draft", "pass_low_dpi", "replace_copy"])
def test_an_archivist_cannot_judge(world: DeskWorld, do: str) -> None:
    archivist = visitor("luu", "user")
    html = archivist.get(f"/review/{world.ids[0]}").text
    assert f'value="{do}"' not in html
    assert 'name="link"' not in html
    assert archivist.press(world.ids[0], do, link="1").status_code == 403
    assert world.rows(Decision) == []


def test_an_archivist_corrects_and_accepts_but_never_with_a_link(world: DeskWorld) -> None:
    archivist = visitor("luu", "user")
    assert archivist.press(world.ids[0], "accept", link="1").status_code == 403
    assert archivist.press(world.ids[0], "accept", **{"field.code_number": "115"}).status_code == 303


@pytest.mark.parametrize(
    ("user", "role"),
    [
        (SimpleNamespace(role="viewer"), Role.VIEWER),
        (SimpleNamespace(role="ADMIN"), Role.REVIEWER),
        (SimpleNamespace(roles=[SimpleNamespace(name="Public"), SimpleNamespace(name="User")]), Role.ARCHIVIST),
        (SimpleNamespace(roles=[SimpleNamespace(name="Op"), SimpleNamespace(name="Viewer")]), Role.REVIEWER),
        (SimpleNamespace(), Role.ARCHIVIST),
    ],
    ids=["simple", "capitals", "fab", "highest", "by name"],
)
def test_roles_of_auth_managers_become_roles_of_the_desk(user: SimpleNamespace, role: Role, tmp_path: Path) -> None:
    user.get_name = lambda: "lan"
    assert (
        role_of(user, Settings(home=tmp_path, review_people={"lan": "archivist"} if role is Role.ARCHIVIST else {}))
        == role
    )


def test_a_user_who_calls_himself_op_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        role_of(SimpleNamespace(get_name=lambda: "op"), Settings(home=tmp_path))


def test_roles_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOHOA_REVIEW_ROLES", '{"kiem tra": "reviewer"}')
    user = SimpleNamespace(role="Kiem Tra", get_name=lambda: "lan")
    assert role_of(user, Settings(home=tmp_path)) == Role.REVIEWER


# --- forms of other sites -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", [path for method, path in review_routes() if method == "POST"])
def test_a_form_of_another_site_does_nothing(world: DeskWorld, path: str, headers: dict[str, str]) -> None:
    answer = visitor().post(path.replace("/x", f"/{world.ids[0]}"), headers, do="reject:draft")
    assert answer.status_code == 403
    assert "không được gửi từ chính trang này" in answer.text
    assert world.rows(Decision) == world.rows(ReviewLease) == []


def test_our_own_form_is_taken_also_behind_a_proxy(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert visitor().post("/review/next", own).status_code == 303
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://so-hoa.example/airflow")
    assert visitor().post("/review/next", {"Origin": "https://so-hoa.example"}).status_code == 303


def test_a_form_too_large_or_that_is_none_is_refused(world: DeskWorld) -> None:
    an = visitor()
    an.get("/review")
    head = {"Origin": "http://testserver"}
    assert an.client.post("/review/next", content=b"x" * 300_000, headers=head).status_code == 413
    assert an.client.post("/review/next", content=b"\xff\xfe=1", headers=head).status_code == 422


# --- what is or may be classified -----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_a_locked_document_shows_nothing(world: DeskWorld, role: str) -> None:
    identity = world.ids[0]
    form = boxes(visitor().get(f"/review/{identity}").text)
    visitor().post(f"/review/{identity}/release")
    lock_by_person(world.settings, identity, "an")
    person = visitor("xem", role)
    assert person.get(f"/review/{identity}/pages/1").status_code == 404
    page = person.get(f"/review/{identity}")
    assert page.status_code == 404
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"115|116|QĐ-BNV|Lịch sử|qd-", page.text)
    assert "Lịch sử" not in person.get("/review").text
    for path in ("", "/hold"):
        assert person.post(f"/review/{identity}{path}", **form, do="accept").status_code in (403, 409)
    assert world.held_by() == {}


def test_a_document_that_may_be_classified_shows_only_why_it_waits(world: DeskWorld) -> None:
    identity = world.ids[0]
    form = boxes(visitor().get(f"/review/{identity}").text)
    visitor().post(f"/review/{identity}/release")
    world.flag(identity, MARK, DOUBT)
    form["version"] = view_item(world.settings, identity).version
    an = visitor()
    html = an.get(f"/review/{identity}").text
    assert "Chưa rõ có phải văn bản mật" in html
    assert not re.search(r"116|115/|QĐ-BNV|Lịch sử|<img[^>]+pages", html)
    assert an.get(f"/review/{identity}/pages/1").status_code == 404
    for path in ("", "/proposal"):
        assert (
            an.post(f"/review/{identity}{path}", **form, **{"do": "propose" if path else "reject:draft"}).status_code
            == 409
        )
    assert an.post(f"/review/{identity}/hold").status_code == 409
    assert world.rows(Decision) == world.rows(ReviewLease) == []


def test_no_page_is_shown_of_a_file_in_which_another_document_is_locked(world: DeskWorld) -> None:
    an = visitor()
    an.press(world.ids[0], "split", split_at="2")
    (other,) = [row.document_id for row in world.rows(Document) if row.first_page == 2]  # type: ignore[attr-defined]
    assert an.get(f"/review/{other}/pages/1").status_code == 200
    with writing(world.settings.catalogue_url) as session:
        session.get_one(Document, world.ids[0]).status = "locked"
    assert an.get(f"/review/{other}/pages/1").status_code == 404


def test_no_page_is_shown_that_lies_in_the_closed_folder_whatever_the_catalogue_says(world: DeskWorld) -> None:
    Store(world.settings.archive).lock(master_key(world.document(world.ids[0]).sha256))
    assert visitor().get(f"/review/{world.ids[0]}/pages/1").status_code == 404


def test_a_document_that_is_locked_while_its_page_is_drawn_is_not_sent(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = page_images.page_jpeg

    def drawn(*arguments: object) -> bytes:
        picture = draw(*arguments)  # type: ignore[arg-type]
        lock_by_person(world.settings, world.ids[0], "an")
        return picture

    monkeypatch.setattr(page_images, "page_jpeg", drawn)
    assert visitor().get(f"/review/{world.ids[0]}/pages/1").status_code == 404
    assert world.document(world.ids[0]).status == "locked"


def test_a_page_is_shown_before_there_is_any_text_of_it(world: DeskWorld) -> None:
    with writing(world.settings.catalogue_url) as session:
        session.get_one(Document, world.ids[0]).text = None
    assert visitor().get(f"/review/{world.ids[0]}/pages/1").status_code == 200


# --- register from the paper ----------------------------------------------------------------------------------


def test_a_row_from_the_paper_needs_two_persons(world: DeskWorld) -> None:
    identity = world.ids[2]
    an, binh = visitor(), visitor("binh")
    assert an.press(identity, "propose", "/proposal", propose_unit="G09.02").status_code == 303
    assert "411/QĐ-BNV" in text_of(an.get("/review").text.partition("<h2>Dòng sổ chờ")[2])
    assert an.press(identity, "confirm", "/proposal").status_code == 403
    an.post(f"/review/{identity}/release")
    assert binh.press(identity, "confirm", "/proposal", proposal="999").status_code == 409
    assert binh.press(identity, "confirm", "/proposal").status_code == 303
    (row,) = world.rows(ProposedResult)
    assert (row.state, row.proposed_by, row.settled_by) == ("confirmed", "an", "binh")  # type: ignore[attr-defined]
    assert unfinished(world.settings) == [identity]


def test_a_proposed_row_can_be_declined_with_a_reason(world: DeskWorld) -> None:
    an = visitor()
    an.press(world.ids[2], "propose", "/proposal", propose_unit="G09.02")
    assert an.press(world.ids[2], "decline", "/proposal").status_code == 422
    assert an.press(world.ids[2], "decline", "/proposal", decline_reason="không đúng").status_code == 303
    assert [row.state for row in world.rows(ProposedResult)] == ["declined"]  # type: ignore[attr-defined]


def test_a_row_whose_unit_is_not_known_is_not_proposed(world: DeskWorld) -> None:
    answer = visitor().press(world.ids[2], "propose", "/proposal", propose_unit="Z99")
    assert answer.status_code == 422
    assert "Z99" in answer.text


def test_a_value_corrected_with_the_proposal_goes_into_the_row(world: DeskWorld) -> None:
    visitor().press(world.ids[2], "propose", "/proposal", propose_unit="G09.02", **{"field.code_number": "412"})
    assert [row.code_text for row in world.rows(ProposedResult)] == ["412/QĐ-BNV"]  # type: ignore[attr-defined]


# --- history --------------------------------------------------------------------------------------------------


def test_the_history_tells_who_changed_what_from_what_to_what(world: DeskWorld) -> None:
    visitor().press(world.ids[0], "save", **{"field.code_number": "115", "field.issued_on": "27/04/2022"})
    text = text_of(visitor().get(f"/review/{world.ids[0]}").text)
    history = text[text.index("Những gì đã xảy ra") :]
    assert "Người kiểm tra sửa giá trị an" in history
    assert "Số: 116 → 115" in history
    assert "Ngày ban hành: 26/04/2022 → 27/04/2022" in history
    assert len(world.rows(Event)) == 1


def test_names_from_outside_are_text_never_markup(world: DeskWorld) -> None:
    with writing(world.settings.catalogue_url) as session:
        document = session.get_one(Document, world.ids[0])
        document.source_file = document.subject = "<script>alert(1)</script>"
        session.get_one(Field, (world.ids[0], "subject")).value = "</textarea><script>alert(1)</script>"
    for path in ("/review", f"/review/{world.ids[0]}"):
        assert "<script>alert" not in visitor().get(path).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_reason_and_event_of_the_desk_can_be_told(world: DeskWorld, language: str) -> None:
    facts = view_item(world.settings, world.ids[0]).candidates[0].evidence
    wanted = {f"desk.fact_{fact}" for fact in facts} | {f"desk.fit_{fit}" for fit in Fit}
    wanted |= {f"desk.rescan_{one}" for one in RESCAN_REASONS} | {f"desk.reject_{one}" for one in REJECT_REASONS}
    wanted |= {f"event.{kind}" for kind in EVENTS}
    assert wanted - load_messages(language).keys() == set()


def test_the_desk_speaks_english(world: DeskWorld) -> None:
    text = text_of(visitor().get(f"/review/{world.ids[0]}?lang=en").text)
    assert "The number was read with doubt" in text
    assert "2022-04-26" in boxes(visitor().get(f"/review/{world.ids[0]}?lang=en").text)["field.issued_on"]
    assert view_item(world.settings, world.ids[0]).held_by == "an"


def test_only_main_fields_ask_for_attention(world: DeskWorld) -> None:
    with writing(world.settings.catalogue_url) as session:
        for name, value in (("legal_bases", "Luật Thi đua, khen thưởng"), ("signer_title", "Thứ trưởng")):
            session.add(
                Field(document_id=world.ids[0], name=name, value=value, confidence=0.1, source="ocr", page_no=1)
            )
    html = visitor().get(f"/review/{world.ids[0]}").text
    assert boxes(html)["field.signer_title"] == "Thứ trưởng"
    assert re.findall(r'class="field doubtful[^"]*" data-field="([^"]+)"', html) == ["code_number"]
