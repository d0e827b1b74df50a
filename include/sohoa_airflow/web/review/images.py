"""Page images of the desk: none of what is, or may be, classified."""

from __future__ import annotations

from sohoa.archive import Store, master_key
from sohoa.catalogue.database import reading
from sohoa.catalogue.models import Document, DocumentStatus, Page
from sohoa.journey.locking import has_locked, is_withheld
from sohoa.pages import Unreadable
from sohoa.settings import Settings
from sohoa_airflow.web.page_images import page_jpeg


def page_image(settings: Settings, document_id: str, page: int) -> bytes | None:
    """A page of a document (from 1) as JPEG, upright and level: boxes of fields are fractions of it.

    None if there is no such page, if it cannot be opened, or if it is or may be classified: the document, another one
    in its file, or a scan that they share.
    """
    found = _find(settings, document_id, page)
    if found is None:
        return None
    try:
        picture = page_jpeg(settings, found)
    except Unreadable:
        return None
    # It may have been locked while the picture was made.
    return picture if _find(settings, document_id, page) is not None else None


def _find(settings: Settings, document_id: str, page: int) -> Page | None:
    with reading(settings.catalogue_url) as session:
        document = session.get(Document, document_id)
        if document is None or document.status == DocumentStatus.LOCKED or not 1 <= page <= document.page_count:
            return None
        if is_withheld(document) or has_locked(session, document.sha256):
            return None
        row = session.get(Page, (document.sha256, document.first_page + page - 1))
    return None if row is None or Store(settings.archive).is_locked(master_key(row.sha256)) else row
