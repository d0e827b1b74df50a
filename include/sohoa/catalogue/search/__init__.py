"""Search: an index of the words of every document that may be shown, questions to it, and what they hit."""

from sohoa.catalogue.search.asking import Question, parse_question
from sohoa.catalogue.search.finding import STATES, Filters, Found, Hit, known_types, search
from sohoa.catalogue.search.hits import Box, Piece, hit_boxes
from sohoa.catalogue.search.index import erase_words, forget_words, index_all, store_words

__all__ = [
    "STATES",
    "Box",
    "Filters",
    "Found",
    "Hit",
    "Piece",
    "Question",
    "erase_words",
    "forget_words",
    "hit_boxes",
    "index_all",
    "known_types",
    "parse_question",
    "search",
    "store_words",
]
