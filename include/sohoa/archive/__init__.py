"""What is kept for ever: masters under their hash, words, and PDF/A files with invisible text."""

from sohoa.archive.store import LOCKED, Store, StoreDamaged, master_key

__all__ = ["LOCKED", "Store", "StoreDamaged", "master_key"]
