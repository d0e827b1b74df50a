"""The two sides of the samples: what the pipeline is tuned on, and what it is measured on."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """Faces, templates, seals, stamps, hands, signatures and scanners of one side never occur on the other."""

    TRAIN = "train"
    TEST = "test"
