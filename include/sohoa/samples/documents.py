"""What a result says on paper: everything that NĐ 30/2020 puts on the page, before it is drawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random

from sohoa.samples import kinds, texts
from sohoa.samples.kinds import Form
from sohoa.samples.results import Result
from sohoa.samples.units import units


@dataclass(frozen=True)
class Signature:
    """The signature block: authority and position lines, then the name."""

    lines: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Annex:
    """Pages after the signature: a table, paragraphs, or both.

    Attributes:
        note: `(Kèm theo Quyết định số …)`.
        columns: heads of the table, with their `widths` in mm.
        letterhead: agency lines where the annex has a letterhead of its own, as attached plans had before 2020.
    """

    title: tuple[str, ...]
    note: str
    rows: tuple[tuple[str, ...], ...] = ()
    paragraphs: tuple[str, ...] = ()
    columns: tuple[str, ...] = ("STT", "Họ và tên", "Chức vụ, chức danh", "Đơn vị công tác")
    widths: tuple[float, ...] = (12.0, 46.0, 42.0, 60.0)
    letterhead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """The content of one result document, part by part (domain.md §3.1)."""

    form: Form
    header: tuple[str, ...]
    number: str
    notation: str
    issued_on: dt.date
    title: str
    subject: str
    authority: str
    addressees: tuple[str, ...]
    grounds: tuple[str, ...]
    resolution: str
    paragraphs: tuple[str, ...]
    signature: Signature
    recipients: tuple[str, ...]
    annexes: tuple[Annex, ...]
    printed_dossier: str | None
    footer: str


def long_date(day: dt.date) -> str:
    """`ngày 05 tháng 01 năm 2020`: days below 10 and months 1 and 2 are padded, no other."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def compose(result: Result, rng: Random, *, print_dossier: bool) -> Document:
    """The document that announces `result`."""
    agency = units()[result.kind.agency_code]
    form = result.kind.form
    return Document(
        form=form,
        header=agency.header,
        number=result.number,
        notation=result.kind.notation,
        issued_on=result.issued_on,
        title="" if form is Form.LETTER else result.kind.doc_type.upper(),
        subject=result.matter.subject,
        authority=_authority(result.kind.agency_code).upper(),
        addressees=_addressees(result, rng) if form is Form.LETTER else (),
        grounds=_grounds(result, rng) if form in (Form.DECISION, Form.LICENCE) else (),
        resolution={Form.DECISION: "QUYẾT ĐỊNH:", Form.LICENCE: "CẤP GIẤY PHÉP:"}.get(form, ""),
        paragraphs=_paragraphs(result, rng),
        signature=_signature(result, rng),
        recipients=_recipients(result, rng) if form is not Form.CERTIFICATE else (),
        annexes=_annexes(result, rng),
        printed_dossier=result.dossiers[0] if print_dossier and result.dossiers else None,
        footer=_footer(result) if form is Form.LETTER and rng.random() < 0.4 else "",
    )


_HEAD_OF = {
    kinds.MINISTRY: "Bộ trưởng",
    kinds.EMULATION: "Trưởng ban",
    kinds.RELIGION: "Trưởng ban",
    kinds.ARCHIVES: "Cục trưởng",
}


def _authority(agency_code: str) -> str:
    """Who decides, as `Bộ trưởng Bộ Nội vụ`."""
    return f"{_HEAD_OF[agency_code]} {units()[agency_code].name}"


_DEPARTMENTS = {
    kinds.ASSOCIATIONS: "VỤ TRƯỞNG VỤ TỔ CHỨC PHI CHÍNH PHỦ",
    kinds.CIVIL_SERVANTS: "VỤ TRƯỞNG VỤ CÔNG CHỨC - VIÊN CHỨC",
    kinds.LOCAL_GOVERNMENT: "VỤ TRƯỞNG VỤ CHÍNH QUYỀN ĐỊA PHƯƠNG",
    kinds.EMULATION: "TRƯỞNG BAN BAN THI ĐUA - KHEN THƯỞNG TRUNG ƯƠNG",
}
_HEADS = {
    kinds.MINISTRY: ("BỘ TRƯỞNG", "THỨ TRƯỞNG"),
    kinds.EMULATION: ("TRƯỞNG BAN", "PHÓ TRƯỞNG BAN"),
    kinds.RELIGION: ("TRƯỞNG BAN", "PHÓ TRƯỞNG BAN"),
    kinds.ARCHIVES: ("CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG"),
}
_SHORT_UNITS = {
    kinds.ASSOCIATIONS: "TCPCP",
    kinds.EMULATION: "BTĐKT",
    kinds.RELIGION: "TGCP",
    kinds.ARCHIVES: "NVTW",
    kinds.CIVIL_SERVANTS: "CCVC",
    kinds.LOCAL_GOVERNMENT: "CQĐP",
}


def _signature(result: Result, rng: Random) -> Signature:
    kind = result.kind
    head, deputy = _HEADS[kind.agency_code]
    if kind.unit_code == kinds.RELIGION and kind.form is Form.DECISION:
        lines: tuple[str, ...] = ("TUQ. BỘ TRƯỞNG", "TRƯỞNG BAN BAN TÔN GIÁO CHÍNH PHỦ")
    elif kind.agency_code == kinds.MINISTRY and kind.form is Form.LETTER:
        lines = (f"TL. {head}", _DEPARTMENTS[kind.unit_code])
    elif rng.random() < 0.3:
        lines = (head,)
    else:
        lines = (f"KT. {head}", deputy)
    # The same person signs for a post as long as a term lasts.
    term = Random(f"{kind.agency_code}/{lines}/{result.issued_on.year // 3}")
    return Signature(lines, texts.man(term))


def _cited(rng: Random, before: dt.date, notation: str) -> str:
    """A citation of another document: number, symbol and date that are not this document's."""
    day = before - dt.timedelta(rng.randint(12, 320))
    return f"số {rng.randint(11, 1980):02d}/{notation} {long_date(day)}"


_LAWS = {
    kinds.ASSOCIATIONS: (
        "Căn cứ Nghị định số 45/2010/NĐ-CP ngày 21 tháng 4 năm 2010 của Chính phủ quy định về tổ chức, hoạt động "
        "và quản lý hội;",
        "Căn cứ Nghị định số 33/2012/NĐ-CP ngày 13 tháng 4 năm 2012 của Chính phủ sửa đổi, bổ sung một số điều của "
        "Nghị định số 45/2010/NĐ-CP;",
    ),
    kinds.EMULATION: (
        "Căn cứ Luật Thi đua, khen thưởng ngày 26 tháng 11 năm 2003; Luật sửa đổi, bổ sung một số điều của Luật "
        "Thi đua, khen thưởng ngày 16 tháng 11 năm 2013;",
        "Căn cứ Nghị định số 91/2017/NĐ-CP ngày 31 tháng 7 năm 2017 của Chính phủ quy định chi tiết thi hành một số "
        "điều của Luật Thi đua, khen thưởng;",
    ),
    kinds.RELIGION: (
        "Căn cứ Luật Tín ngưỡng, tôn giáo ngày 18 tháng 11 năm 2016;",
        "Căn cứ Nghị định số 162/2017/NĐ-CP ngày 30 tháng 12 năm 2017 của Chính phủ quy định chi tiết một số điều "
        "và biện pháp thi hành Luật Tín ngưỡng, tôn giáo;",
        "Căn cứ Quyết định số 198/QĐ-BNV ngày 31 tháng 01 năm 2018 của Bộ trưởng Bộ Nội vụ về việc ủy quyền cho "
        "Trưởng ban Ban Tôn giáo Chính phủ;",
    ),
    kinds.ARCHIVES: (
        "Căn cứ Luật Lưu trữ ngày 11 tháng 11 năm 2011;",
        "Căn cứ Thông tư số 09/2014/TT-BNV ngày 01 tháng 10 năm 2014 của Bộ trưởng Bộ Nội vụ hướng dẫn về quản lý "
        "Chứng chỉ hành nghề lưu trữ;",
    ),
    kinds.CIVIL_SERVANTS: (
        "Căn cứ Luật Cán bộ, công chức ngày 13 tháng 11 năm 2008;",
        "Căn cứ Nghị định số 138/2020/NĐ-CP ngày 27 tháng 11 năm 2020 của Chính phủ quy định về tuyển dụng, sử dụng "
        "và quản lý công chức;",
    ),
    kinds.LOCAL_GOVERNMENT: (
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
        "Căn cứ Nghị quyết số 1211/2016/UBTVQH13 ngày 25 tháng 5 năm 2016 của Ủy ban Thường vụ Quốc hội về tiêu "
        "chuẩn của đơn vị hành chính và phân loại đơn vị hành chính;",
    ),
}
_FUND_LAW = (
    "Căn cứ Nghị định số 93/2019/NĐ-CP ngày 25 tháng 11 năm 2019 của Chính phủ về tổ chức, hoạt động của quỹ xã hội, "
    "quỹ từ thiện;"
)
_STRUCTURE = (
    "Căn cứ Nghị định số 34/2017/NĐ-CP ngày 03 tháng 4 năm 2017 của Chính phủ quy định chức năng, nhiệm vụ, quyền hạn "
    "và cơ cấu tổ chức của Bộ Nội vụ;"
)


def _grounds(result: Result, rng: Random) -> tuple[str, ...]:
    kind, matter = result.kind, result.matter
    laws = [_FUND_LAW] if kind.form is Form.LICENCE else list(_LAWS[kind.unit_code])
    if rng.random() < 0.5:
        laws.insert(0, _STRUCTURE)
    if len(laws) > 2:
        del laws[rng.randrange(len(laws))]
    own = ""
    if rng.random() < 0.25:
        cited = _cited(rng, result.issued_on, kind.notation)
        own = f"Căn cứ Quyết định {cited} về việc phân công công tác và ủy quyền ký văn bản;"
    asked = _cited(rng, result.issued_on, "TTr-" + _SHORT_UNITS[kind.unit_code])
    last = rng.choice(
        (
            f"Theo đề nghị của {matter.concerns} tại Tờ trình {asked}.",
            f"Xét đề nghị của Trưởng ban vận động và Tờ trình {asked} của đơn vị thẩm định hồ sơ.",
            f"Theo đề nghị của Chánh Văn phòng Bộ và hồ sơ kèm theo Tờ trình {asked}.",
        )
    )
    return tuple(line for line in (*laws, own, last) if line)


def _article(number: int, text: str) -> str:
    return f"Điều {number}. {text}"


_IN_FORCE = "Quyết định này có hiệu lực thi hành kể từ ngày ký."
_CARRIED_OUT = (
    "Chánh Văn phòng Bộ, Thủ trưởng các đơn vị có liên quan và {who} chịu trách nhiệm thi hành Quyết định này."
)


def _paragraphs(result: Result, rng: Random) -> tuple[str, ...]:
    build = {
        Form.DECISION: _decision,
        Form.LETTER: _letter,
        Form.LICENCE: _licence,
        Form.CERTIFICATE: _certificate,
    }[result.kind.form]
    lines = list(build(result, rng))
    if result.kind.form is not Form.CERTIFICATE:
        lines[-1] = lines[-1].removesuffix(".") + "./."
    return tuple(lines)


def _decision(result: Result, rng: Random) -> list[str]:
    who = result.matter.concerns
    lines = [_article(1, text) if not index else text for index, text in enumerate(_first_article(result, rng))]
    number = 2
    if rng.random() < 0.4:
        replaced = _cited(rng, result.issued_on - dt.timedelta(400), result.kind.notation)
        lines.append(_article(2, f"{_IN_FORCE} Quyết định này thay thế Quyết định {replaced}."))
    else:
        lines.append(_article(2, _IN_FORCE))
    if rng.random() < 0.4:
        number += 1
        lines.append(
            _article(
                number,
                f"{who} có trách nhiệm thực hiện đúng quy định của pháp luật, định kỳ trước ngày 01 tháng 12 hằng năm "
                "báo cáo kết quả về cơ quan ban hành Quyết định này.",
            )
        )
    lines.append(_article(number + 1, _CARRIED_OUT.format(who=who)))
    return lines


def _first_article(result: Result, rng: Random) -> list[str]:
    matter = result.matter
    act = matter.subject.removeprefix("Về việc ")
    act = act[0].upper() + act[1:]
    attached = "có tên trong danh sách kèm theo Quyết định này"
    if result.kind.key in _WITH_LIST:
        return [f"{act}, {attached}."]
    first = [f"{act}."]
    if result.kind.key == "association_founded":
        first.append(
            f"{matter.concerns} hoạt động theo Điều lệ được cơ quan nhà nước có thẩm quyền phê duyệt, tự bảo đảm kinh "
            f"phí, phương tiện hoạt động; có tư cách pháp nhân, con dấu và tài khoản riêng; trụ sở chính đặt tại "
            f"{texts.street(rng)}."
        )
    if result.kind.key == "grade_decision":
        coefficient = f"{rng.randint(5, 7)},{rng.randint(10, 95)}"
        first.append(
            f"Ông (bà) {matter.concerns} được bổ nhiệm vào ngạch chuyên viên cao cấp (mã số 01.001), hưởng hệ số lương "
            f"{coefficient} kể từ ngày {rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/{result.issued_on.year}."
        )
    return first


def _letter(result: Result, rng: Random) -> list[str]:
    matter = result.matter
    day = long_date(result.issued_on - dt.timedelta(rng.randint(9, 30)))
    ask = (
        f"{units()[result.kind.agency_code].name} nhận được Công văn số {rng.randint(14, 890)}/CV-"
        f"{rng.choice(('VP', 'TCHC', 'SNV', 'HĐTS'))} {day} của {matter.concerns} kèm theo hồ sơ "
        f"về việc {matter.subject.removeprefix('V/v ')}."
    )
    middle = rng.sample(texts.phrases("letter_body"), rng.randint(1, 3))
    close = (
        f"Trên đây là ý kiến của {units()[result.kind.agency_code].name}, đề nghị quý cơ quan nghiên cứu, thực hiện."
    )
    return [ask, "Sau khi xem xét, cơ quan thẩm định có ý kiến như sau:", *middle, close]


def _licence(result: Result, rng: Random) -> list[str]:
    who = result.matter.concerns
    capital = f"{rng.randint(13, 98) * 100}.000.000 đồng"
    cited = _cited(rng, result.issued_on, "BNV-TCPCP")
    return [
        _article(1, f"Cho phép thành lập {who} và công nhận Điều lệ của Quỹ ban hành kèm theo Giấy phép này."),
        _article(
            2,
            f"{who} là tổ chức phi chính phủ do các sáng lập viên tự nguyện góp tài sản, có tư cách pháp nhân, con dấu "
            f"và tài khoản riêng; tài sản đóng góp thành lập là {capital}; trụ sở đặt tại {texts.street(rng)}.",
        ),
        _article(
            3,
            f"Quỹ chịu sự quản lý nhà nước của Bộ Nội vụ và các bộ, ngành về lĩnh vực hoạt động, thực hiện yêu cầu nêu "
            f"tại Công văn {cited}.",
        ),
        _article(4, "Giấy phép này có hiệu lực kể từ ngày ký."),
        _article(5, f"Chủ tịch Hội đồng quản lý {who} và các cơ quan có liên quan chịu trách nhiệm thi hành."),
    ]


def _certificate(result: Result, rng: Random) -> list[str]:
    who = result.matter.concerns
    expiry = f"Giấy chứng nhận có giá trị đến hết ngày {result.expires_on:%d/%m/%Y}."
    if result.kind.key == "archives_certificate":
        born = f"{rng.randint(1, 28):02d}/{rng.randint(1, 12):02d}/{rng.randint(1971, 1997)}"
        identity = f"0{rng.randint(10, 96):02d}{rng.randint(100000000, 999999999)}"
        return [
            f"Chứng nhận ông (bà): {who}",
            f"Sinh ngày: {born}. Số căn cước công dân: {identity}",
            f"Nơi đăng ký thường trú: huyện {texts.district(rng)}, tỉnh {result.matter.place}",
            f"Đã đạt kết quả kiểm tra nghiệp vụ lưu trữ, lĩnh vực: {rng.choice(_ARCHIVE_FIELDS)}; điểm: "
            f"{rng.randint(60, 98)}/100.",
            expiry,
        ]
    return [
        f"Chứng nhận tổ chức: {who}",
        f"Người đại diện: {texts.person(rng)}. Số lượng tín đồ: {rng.randint(4, 88) * 110} người",
        f"Trụ sở: {texts.street(rng)}",
        "Được hoạt động tôn giáo theo Luật Tín ngưỡng, tôn giáo ngày 18 tháng 11 năm 2016.",
        expiry,
    ]


_ARCHIVE_FIELDS = (
    "Chỉnh lý tài liệu",
    "Bảo quản, tu bổ, khử trùng tài liệu",
    "Số hóa tài liệu lưu trữ",
    "Nghiên cứu, tư vấn, ứng dụng khoa học lưu trữ",
)


def _addressees(result: Result, rng: Random) -> tuple[str, ...]:
    if result.kind.key == "archives_copies":
        return (f"Ông (bà) {result.matter.concerns}",)
    if result.kind.key in ("association_congress", "religion_event"):
        return (result.matter.concerns,)
    return tuple(dict.fromkeys(texts.office(rng) for _ in range(rng.choice((1, 1, 2)))))


def _recipients(result: Result, rng: Random) -> tuple[str, ...]:
    filed = f"- Lưu: VT, {_SHORT_UNITS[result.kind.unit_code]}."
    if result.kind.form is Form.LETTER:
        filed = f"- Lưu: VT, {_SHORT_UNITS[result.kind.unit_code]} ({rng.randint(3, 12)}b)."
        return ("- Như trên;", rng.choice(("- Bộ trưởng (để b/c);", "- Cổng TTĐT của Bộ;", "- Văn phòng;")), filed)
    some = rng.sample(("- Bộ trưởng (để b/c);", "- Bộ Công an;", "- Bộ Tư pháp;", "- Cổng TTĐT của Bộ;"), 2)
    return (f"- Như Điều {3 if result.kind.form is Form.DECISION else 5};", *some, filed)


def _footer(result: Result) -> str:
    return f"{units()[result.kind.agency_code].name}, số 8 Tôn Thất Thuyết, Nam Từ Liêm, Hà Nội; ĐT: 024.62821016"


_WITH_LIST = frozenset({"association_promoters", "medal", "citation", "archives_exam"})


def annex_note(result: Result) -> str:
    """What an annex belongs to: `Quyết định số …` with date and issuer."""
    day = long_date(result.issued_on)
    return f"{result.kind.doc_type} số {result.code} {day} của {_authority(result.kind.agency_code)}"


def _annexes(result: Result, rng: Random) -> tuple[Annex, ...]:
    note = annex_note(result)
    if result.kind.key in _WITH_LIST:
        rows = tuple(
            (str(index), texts.person(rng), texts.duty(rng), _workplace(result, rng))
            for index in range(1, rng.choice((9, 12, 15, 18, 32)) + 1)
        )
        return (Annex(("DANH SÁCH", _list_title(result)), f"(Kèm theo {note})", rows),)
    if result.kind.key == "association_charter":
        title = ("ĐIỀU LỆ (SỬA ĐỔI, BỔ SUNG)", result.matter.concerns)
        return (Annex(title, f"(Phê duyệt kèm theo {note})", (), charter(result, rng)),)
    return ()


def _workplace(result: Result, rng: Random) -> str:
    promoters = result.kind.key == "association_promoters"
    return texts.office(rng) if promoters else result.matter.concerns


def _list_title(result: Result) -> str:
    return {
        "association_promoters": f"Thành viên Ban Vận động thành lập {result.matter.concerns}",
        "medal": "Cá nhân được tặng Kỷ niệm chương “Vì sự nghiệp xây dựng ngành Nội vụ”",
        "citation": "Cá nhân được tặng Giấy khen",
        "archives_exam": "Thí sinh đạt yêu cầu kiểm tra nghiệp vụ lưu trữ",
    }[result.kind.key]


def charter(result: Result, rng: Random) -> tuple[str, ...]:
    """The articles of a charter, in order."""
    filled = [text.format(who=result.matter.concerns, street=texts.street(rng)) for text in texts.phrases("charter")]
    return tuple(_article(number, text) for number, text in enumerate(filled, 1))
