"""How right an export is, held against a truth file, and how far its confidences mean what they say."""

from sohoa.evaluation.calibration import Calibration, Judged
from sohoa.evaluation.picture import draw_calibration
from sohoa.evaluation.scoring import KEY_FIELDS, OTHER_FIELDS, Score, evaluate, same_value

__all__ = [
    "KEY_FIELDS",
    "OTHER_FIELDS",
    "Calibration",
    "Judged",
    "Score",
    "draw_calibration",
    "evaluate",
    "same_value",
]
