"""The kinds of result that the units issue: symbol, procedure, term of validity, and what they are about.

Kinds and symbols follow domain.md §3.3 and §4.2; procedure codes have the national form but are invented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from sohoa.samples import texts

ASSOCIATIONS, EMULATION, RELIGION, ARCHIVES = "G09.05", "G09.02", "G09.03", "G09.04"
CIVIL_SERVANTS, LOCAL_GOVERNMENT = "G09.06", "G09.08"
MINISTRY = "G09"


class Form(StrEnum):
    """How a result is laid out."""

    DECISION = "decision"
    LETTER = "letter"
    LICENCE = "licence"
    CERTIFICATE = "certificate"


@dataclass(frozen=True)
class Matter:
    """What one result is about: the trích yếu, and whom it concerns.

    `registered` is the register's wording where a certificate prints a bare subject.
    """

    subject: str
    concerns: str
    registered: str
    place: str


@dataclass(frozen=True)
class Kind:
    """One kind of result.

    Attributes:
        volume: documents that the number series counts in a year.
        years_valid: term of validity, 0 for none.
    """

    key: str
    unit_code: str
    agency_code: str
    doc_type: str
    notation: str
    form: Form
    procedure_code: str
    procedure_name: str
    volume: int
    years_valid: int
    matter: Callable[[Random], Matter]


def _matter(
    template: str,
    who: Callable[[Random], str],
    registered: str = "{subject}",
    concerns: str = "{who}",
) -> Callable[[Random], Matter]:
    def build(rng: Random) -> Matter:
        first = rng.choice((2018, 2019, 2020, 2021, 2022))
        words = {
            "who": who(rng),
            "p": texts.province(rng),
            "d": texts.district(rng),
            "c": texts.commune(rng),
            "term": f"{first} - {first + 5}",
            "grade": rng.choice(("I", "II", "III")),
            "ordinal": rng.choice(("I", "II", "III", "IV", "V", "VI")),
            "count": str(rng.randint(3, 95)),
        }
        subject = template.format_map(words)
        return Matter(
            subject, concerns.format_map(words), registered.format(subject=subject, who=words["who"]), words["p"]
        )

    return build


_PROVINCE = "Ủy ban nhân dân tỉnh {p}"
_D, _L, _P, _C = Form.DECISION, Form.LETTER, Form.LICENCE, Form.CERTIFICATE

KINDS: tuple[Kind, ...] = (
    Kind(
        "association_founded",
        ASSOCIATIONS,
        MINISTRY,
        "Quyết định",
        "QĐ-BNV",
        _D,
        "1.003822",
        "Thủ tục thành lập hội",
        1400,
        0,
        _matter("Về việc cho phép thành lập {who}", texts.association),
    ),
    Kind(
        "association_charter",
        ASSOCIATIONS,
        MINISTRY,
        "Quyết định",
        "QĐ-BNV",
        _D,
        "1.003621",
        "Thủ tục phê duyệt điều lệ hội",
        1400,
        0,
        _matter("Về việc phê duyệt Điều lệ (sửa đổi, bổ sung) {who}", texts.association),
    ),
    Kind(
        "association_promoters",
        ASSOCIATIONS,
        MINISTRY,
        "Quyết định",
        "QĐ-BNV",
        _D,
        "2.001481",
        "Thủ tục công nhận ban vận động thành lập hội",
        1400,
        0,
        _matter("Về việc công nhận Ban Vận động thành lập {who}", texts.association),
    ),
    Kind(
        "association_congress",
        ASSOCIATIONS,
        MINISTRY,
        "Công văn",
        "BNV-TCPCP",
        _L,
        "1.003960",
        "Thủ tục báo cáo tổ chức đại hội nhiệm kỳ của hội",
        6800,
        0,
        _matter("V/v {who} tổ chức Đại hội lần thứ {ordinal}, nhiệm kỳ {term}", texts.association),
    ),
    Kind(
        "fund_licence",
        ASSOCIATIONS,
        MINISTRY,
        "Giấy phép",
        "GP-BNV",
        _P,
        "1.003916",
        "Thủ tục cấp giấy phép thành lập và công nhận điều lệ quỹ",
        140,
        0,
        _matter("Thành lập và công nhận Điều lệ {who}", texts.fund),
    ),
    Kind(
        "medal",
        EMULATION,
        MINISTRY,
        "Quyết định",
        "QĐ-BNV",
        _D,
        "1.000772",
        "Thủ tục tặng Kỷ niệm chương ngành Nội vụ",
        1400,
        0,
        _matter(
            "Về việc tặng Kỷ niệm chương “Vì sự nghiệp xây dựng ngành Nội vụ” cho {count} cá nhân thuộc {who}",
            texts.office,
        ),
    ),
    Kind(
        "citation",
        EMULATION,
        EMULATION,
        "Quyết định",
        "QĐ-BTĐKT",
        _D,
        "2.000449",
        "Thủ tục tặng Giấy khen theo chuyên đề",
        420,
        0,
        _matter(
            "Về việc tặng Giấy khen cho tập thể và cá nhân của {who} có thành tích trong phong trào thi đua",
            texts.office,
        ),
    ),
    Kind(
        "merit_letter",
        EMULATION,
        EMULATION,
        "Công văn",
        "BTĐKT-NV",
        _L,
        "2.000287",
        "Thủ tục xác nhận khen thưởng",
        2300,
        0,
        _matter("V/v xác nhận kết quả khen thưởng đối với {who}", texts.person),
    ),
    Kind(
        "religion_recognised",
        RELIGION,
        RELIGION,
        "Quyết định",
        "QĐ-TGCP",
        _D,
        "1.000788",
        "Thủ tục đề nghị công nhận tổ chức tôn giáo",
        260,
        0,
        _matter("Về việc công nhận tổ chức tôn giáo {who}", texts.church),
    ),
    Kind(
        "religion_registered",
        RELIGION,
        RELIGION,
        "Giấy chứng nhận",
        "GCN-TGCP",
        _C,
        "1.000654",
        "Thủ tục đề nghị cấp chứng nhận đăng ký hoạt động tôn giáo",
        90,
        5,
        _matter("Đăng ký hoạt động tôn giáo", texts.church, "{subject} - {who}"),
    ),
    Kind(
        "religion_event",
        RELIGION,
        RELIGION,
        "Công văn",
        "TGCP-TL",
        _L,
        "1.000638",
        "Thủ tục đề nghị tổ chức đại hội của tổ chức tôn giáo",
        1900,
        1,
        _matter("V/v chấp thuận {who} tổ chức Đại hội đồng nhiệm kỳ {term}", texts.church),
    ),
    Kind(
        "archives_certificate",
        ARCHIVES,
        ARCHIVES,
        "Giấy chứng nhận",
        "GCN-VTLTNN",
        _C,
        "1.009320",
        "Thủ tục cấp giấy chứng nhận kết quả kiểm tra nghiệp vụ lưu trữ",
        240,
        5,
        _matter("Kết quả kiểm tra nghiệp vụ lưu trữ", texts.person, "{subject} - {who}"),
    ),
    Kind(
        "archives_copies",
        ARCHIVES,
        ARCHIVES,
        "Công văn",
        "VTLTNN-NVTW",
        _L,
        "1.004002",
        "Thủ tục cấp bản sao và chứng thực tài liệu lưu trữ",
        1300,
        0,
        _matter("V/v cung cấp {count} bản sao tài liệu lưu trữ về địa giới huyện {d}, tỉnh {p}", texts.person),
    ),
    Kind(
        "archives_exam",
        ARCHIVES,
        ARCHIVES,
        "Quyết định",
        "QĐ-VTLTNN",
        _D,
        "1.009321",
        "Thủ tục công nhận kết quả kiểm tra nghiệp vụ lưu trữ",
        330,
        0,
        _matter(
            "Về việc công nhận kết quả kiểm tra nghiệp vụ lưu trữ đợt {ordinal} đối với thí sinh thuộc {who}",
            texts.office,
        ),
    ),
    Kind(
        "grade_letter",
        CIVIL_SERVANTS,
        MINISTRY,
        "Công văn",
        "BNV-CCVC",
        _L,
        "1.005388",
        "Thủ tục thẩm định đề án thi nâng ngạch công chức",
        6800,
        0,
        _matter(
            "V/v thẩm định Đề án thi nâng ngạch chuyên viên chính của tỉnh {p} ({count} chỉ tiêu)",
            texts.person,
            concerns=_PROVINCE,
        ),
    ),
    Kind(
        "grade_decision",
        CIVIL_SERVANTS,
        MINISTRY,
        "Quyết định",
        "QĐ-BNV",
        _D,
        "1.005394",
        "Thủ tục bổ nhiệm và xếp lương ngạch công chức",
        1400,
        0,
        _matter("Về việc bổ nhiệm ngạch chuyên viên cao cấp đối với {who}", texts.person),
    ),
    Kind(
        "commune_graded",
        LOCAL_GOVERNMENT,
        MINISTRY,
        "Quyết định",
        "QĐ-BNV",
        _D,
        "1.000775",
        "Thủ tục phân loại đơn vị hành chính cấp huyện",
        1400,
        0,
        _matter(
            "Về việc công nhận huyện {d}, tỉnh {p} là đơn vị hành chính loại {grade}", texts.office, concerns=_PROVINCE
        ),
    ),
    Kind(
        "commune_zone",
        LOCAL_GOVERNMENT,
        MINISTRY,
        "Quyết định",
        "QĐ-BNV",
        _D,
        "1.000776",
        "Thủ tục công nhận xã an toàn khu",
        1400,
        0,
        _matter("Về việc công nhận xã {c}, huyện {d}, tỉnh {p} là xã an toàn khu", texts.office, concerns=_PROVINCE),
    ),
)


def kinds_of(unit_code: str) -> tuple[Kind, ...]:
    """The kinds of result that a unit decides."""
    return tuple(kind for kind in KINDS if kind.unit_code == unit_code)
