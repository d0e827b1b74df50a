"""From a file to its pages: what it is, how many pages it has, how good they are, and a copy for the OCR."""

from sohoa.pages.sandbox import PageWorker, PageWorkers, Unreadable

__all__ = ["PageWorker", "PageWorkers", "Unreadable"]
