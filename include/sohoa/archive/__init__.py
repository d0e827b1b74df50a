"""What is kept for ever: masters under their hash, words, and PDF/A files with invisible text."""

from sohoa.archive.store import Store, StoreDamaged, master_key

__all__ = ["Store", "StoreDamaged", "master_key"]
