"""Sample scans of procedure results, with their truth, register and known rates.

`make_samples` is the one thing to call; `sohoa samples make` calls it too.
"""

from __future__ import annotations

from sohoa.samples.ageing import Level
from sohoa.samples.batch import SampleSet, make_samples
from sohoa.samples.faces import FaceMissingError, vietnamese_letters

__all__ = ["FaceMissingError", "Level", "SampleSet", "make_samples", "vietnamese_letters"]
