"""Sample scans of procedure results, with their truth, register and known rates.

`make_samples` writes a batch, `make_stacks` files that hold many documents; `sohoa samples` calls them too.
"""

from __future__ import annotations

from sohoa.samples.ageing import Level
from sohoa.samples.batch import SampleSet, make_samples
from sohoa.samples.faces import FaceMissingError, vietnamese_letters
from sohoa.samples.sides import Side
from sohoa.samples.stacks import make_stacks

__all__ = ["FaceMissingError", "Level", "SampleSet", "Side", "make_samples", "make_stacks", "vietnamese_letters"]
