"""Faults that a user can mend, said in one line each."""

from __future__ import annotations


class SohoaError(Exception):
    """Something a person must mend; its text says what happened, to what, and what to do."""
