"""Why a decision was not taken; each says what to do."""

from __future__ import annotations

from sohoa.errors import SohoaError


class ReviewError(SohoaError):
    """A decision that was not taken; the document is as it was."""


class NotAllowed(ReviewError):
    """This person may not do this."""


class NotFound(ReviewError):
    """There is no such document, result or proposal."""


class Changed(ReviewError):
    """The document is not what the person saw when it was taken."""


class Held(ReviewError):
    """Somebody else has the document in hand."""


class Closed(ReviewError):
    """The document does not wait for a person any more."""


class WrongValue(ReviewError):
    """A value that the grammar refuses, or that contradicts another."""
