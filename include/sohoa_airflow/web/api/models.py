"""What the API answers. Shares are fractions from 0 to 1, days ISO 8601, instants UTC."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, Field

from sohoa.catalogue.models import DocumentStatus
from sohoa.indicators.declared import Measured, MeasureUnit, Status
from sohoa.indicators.periods import Calendar, Kind
from sohoa.indicators.standing import Verdict

Basis = Literal["stated", "assumed_base", "measured_base", "no_legal_source"]


class Text(BaseModel):
    """A text in both languages."""

    vi: str
    en: str


class LegalSource(BaseModel):
    """Where in which document a target stands."""

    document: str = Field(description="Short name of the source document", examples=["S004"])
    title: str = Field(description="Title of the document, in Vietnamese")
    role: str = Field(description="decision, plan, draft or press_copy", examples=["plan"])
    issued_on: dt.date | None = Field(description="Day of issue; null if the document bears none")
    section: str = Field(description="Section of the document", examples=["Mục II.2.c"])
    lines: list[int] = Field(description="Lines of the document on file", examples=[[51]])


class Indicator(BaseModel):
    """A target of the source documents as a declared indicator."""

    code: str = Field(examples=["T04a"])
    name: Text
    population: str = Field(description="What is counted: P1 … P4; none", examples=["P3"])
    scope: str = Field(description="Whose target: G09 the Ministry, H48 Quảng Ngãi, VN the country", examples=["G09"])
    status: Status = Field(description="binding, goal, or ambiguous: then no verdict is given")
    unit_of_measure: MeasureUnit = Field(description="Unit of values and targets; share: 0 to 1")
    comparator: Literal[">=", "<="] = Field(description="How a value compares to its target")
    measured_by: Measured = Field(description="What the figures are made of")
    numerator: Text | None
    denominator: Text | None
    legal_sources: list[LegalSource]
    needs: Text = Field(description="What has to come in before there is a figure")


class Indicators(BaseModel):
    """All declared indicators, in the order of the ruleset."""

    items: list[Indicator]


class Period(BaseModel):
    """A report period for which there are figures."""

    calendar: Calendar = Field(description="civil: from 1 January; report: from 15 December (NĐ 09/2019/NĐ-CP)")
    name: str = Field(description="Name of the period, for `period` in other calls", examples=["2022Q3"])
    kind: Kind
    year: int = Field(examples=[2022])
    starts_on: dt.date = Field(description="First day", examples=["2022-07-01"])
    ends_on: dt.date = Field(description="Last day; stocks are counted at its end", examples=["2022-09-30"])


class Periods(BaseModel):
    """All report periods, and when their rates were published."""

    loaded_at: dt.datetime = Field(description="When the rates were published (UTC)")
    as_of: dt.date = Field(description="Last day that the rates know")
    items: list[Period]


class Target(BaseModel):
    """What has to be reached in the period's year."""

    value: float = Field(description="In the indicator's unit of measure", examples=[0.8])
    basis: Basis = Field(description="Where the value is from")
    relative: float | None = Field(description="The other reading of +20 %: relative growth; null where none")
    due_on: dt.date | None = Field(description="Last day to reach it; null if it has no end")


class Value(BaseModel):
    """The figure of a unit in a period."""

    unit_code: str | None = Field(description="Deciding unit; null: all units in scope together", examples=["G09.02"])
    numerator: float | None = Field(examples=[39])
    denominator: float | None = Field(examples=[75])
    value: float | None = Field(description="In the unit of measure; null if there is no figure", examples=[0.52])
    gap: float | None = Field(
        description="What is missing to the target; negative when exceeded; null without verdict", examples=[-0.12]
    )
    verdict: Verdict = Field(description="How the value stands against the target")
    overdue: bool = Field(description="Missed, and the day to reach it is over")
    missing: Text | None = Field(description="What is missing where there is no figure")


class IndicatorValues(BaseModel):
    """An indicator in one period."""

    indicator: Indicator
    period: Period
    target: Target | None = Field(description="Null if none stands in the period's year")
    loaded_at: dt.datetime = Field(description="When the rates were published (UTC)")
    values: list[Value] = Field(description="All units together first, then by unit code")


class Document(BaseModel):
    """A digital copy. Its words, subject, signer, owner, dossier and file name stay out: they may be personal data."""

    document_id: str = Field(examples=["3f2a9c1e5b7d8a604e21c0aa-0001"])
    batch_id: str
    unit_code: str = Field(description="Unit that scanned it", examples=["G09.01"])
    status: DocumentStatus
    doc_type: str | None = Field(description="Type of document, in Vietnamese", examples=["Quyết định"])
    code: str | None = Field(description="Number and symbol, as far as known", examples=["115/QĐ-BNV"])
    issued_on: dt.date | None = Field(description="Day of issue")
    issuer: str | None = Field(description="Issuing agency")
    page_count: int = Field(description="Pages", examples=[3])
    procedure_code: str | None = Field(description="National code of the procedure (Mã TTHC)")
    digitised_on: dt.date | None = Field(description="Day from which it counts as digitised, if accepted")


class Documents(BaseModel):
    """A page of documents, by id."""

    items: list[Document]
    next_cursor: str | None = Field(description="`after` of the next page; null on the last one")
    n_locked: int = Field(
        description="Classified documents in the whole catalogue: they are in no list, and nothing else is told of them"
    )


class RegisteredResult(BaseModel):
    """The row of the register that the document is the copy of."""

    code: str | None = Field(description="Number and symbol (Số ký hiệu)", examples=["115/QĐ-BNV"])
    issued_on: dt.date | None
    unit_code: str = Field(description="Unit that decided", examples=["G09.02"])
    validity: str = Field(description="in_force, expired, revoked, superseded or annulled", examples=["in_force"])


class Happening(BaseModel):
    """What happened to a document, and when. By whom stays out."""

    kind: str = Field(examples=["document_accepted"])
    recorded_at: dt.datetime = Field(description="UTC")


class DocumentDetail(Document):
    """All that the API tells of a document."""

    review_reasons: list[str] = Field(description="Why it waits for a person", examples=[["no_register_row"]])
    result: RegisteredResult | None
    master_sha256: str = Field(description="Hash of the scan file (SHA-256)")
    copy_sha256: str | None = Field(description="Hash of the PDF/A (SHA-256); null if there is none yet")
    events: list[Happening]
