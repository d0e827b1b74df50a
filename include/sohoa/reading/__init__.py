"""From words to a record: the fields of a document laid out under NĐ 30/2020."""

from sohoa.reading.document import PageEvidence, read_document
from sohoa.reading.header import places_to_look_again
from sohoa.reading.record import FIELD_NAMES, Reading, Record

__all__ = ["FIELD_NAMES", "PageEvidence", "Reading", "Record", "places_to_look_again", "read_document"]
