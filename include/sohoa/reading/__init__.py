"""From words to a record: the fields of a document laid out under NĐ 30/2020."""

from sohoa.reading.document import PageEvidence, read_document
from sohoa.reading.header import places_to_look_again
from sohoa.reading.plain import pages_of_text, read_text
from sohoa.reading.record import FIELD_NAMES, FURTHER_FIELD_NAMES, MINIMUM_FIELDS, Reading, Record

__all__ = [
    "FIELD_NAMES",
    "FURTHER_FIELD_NAMES",
    "MINIMUM_FIELDS",
    "PageEvidence",
    "Reading",
    "Record",
    "pages_of_text",
    "places_to_look_again",
    "read_document",
    "read_text",
]
