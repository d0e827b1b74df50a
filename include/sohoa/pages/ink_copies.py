"""Grey copies of a line of print that show one kind of ink or another, for closer looks at it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sohoa.pages.imaging import Pixels
from sohoa.pages.pieces import numbered_pieces

Colour = NDArray[np.float64]
"""Red, green and blue, 1 to 255."""
Density = NDArray[np.floating[Any]]
"""How dense ink is: the natural logarithm of the share of light that it takes, 0 for paper."""

# At 300 dpi: a rule is longer than 17 mm and made of level runs longer than a letter's; frames are taller than letters.
_RULE_PX, _RUN_PX, _POST_PX, _RULE_DARKER_THAN = 200, 45, 75, 170
_BRIDGE_PX = 17  # a rule's thickness and the soft edges on either side of it
_TRACES = 0.5  # of a stroke's colour: JPEG smears it
_RED_IN_RED = 0.75  # of what red ink takes of green and blue light: more than it takes of red light
FAINTEST = 0.3  # density: paper and its grain have less
_PRINT_PERCENT = 92  # strokes are densest in their middle, and where they cross others
DENSITY = -np.log(np.maximum(np.arange(256), 4) / 255).astype(np.float32)
_RED_BY = 24  # grey levels that red is lighter than green and blue in red ink


def every_ink(crop: Pixels) -> Pixels:
    """An RGB part of a page as grey with all its ink dark, whatever its colour, on white paper; long rules gone."""
    return _without_rules(darkest_channel(without_tint(crop)))


def faint_print(crop: Pixels) -> Pixels:
    """An RGB part of a page as grey with its black ink only, pale print too; long rules gone."""
    return _without_rules(_black(crop, 0.1, 0.7))


def clear_print(crop: Pixels) -> Pixels:
    """An RGB part of a page as grey with its black ink only, what is paler than print left out; long rules gone."""
    return _without_rules(_black(crop, 0.3, 0.8))


def dense_print(crop: Pixels) -> Pixels:
    """An RGB part of a page as grey with the densest of its black ink only: print under a nearly black stamp."""
    return _without_rules(_black(crop, 0.4, 0.8))


def _black(crop: Pixels, least: float, full: float) -> Pixels:
    """The black ink of an RGB part as grey, stretched between two shares of the density of its print.

    Densities of inks that lie on each other add up, and black is dense in every channel (`seals`). Where a scan has no
    colour a stamp is still paler than print, and print under it darker.
    """
    even = without_tint(crop)
    # The lightest channel is the least dense.
    clearest, densest = (cv2.LUT(one, DENSITY) for one in (lightest_channel(even), darkest_channel(even)))
    return _stretched(clearest - _TRACES * (densest - clearest), least, full)


def _stretched(density: Density, least: float, full: float) -> Pixels:
    """Ink as grey, white up to one share of the density of print and black from another on."""
    ink = density[density > FAINTEST]
    of_print = float(np.percentile(ink, _PRINT_PERCENT)) if ink.size else 1.0
    share = (density / of_print - least) / (full - least)
    return np.asarray(255 * (1 - np.clip(share, 0, 1)), dtype=np.uint8)


def ink_but_red(crop: Pixels) -> Pixels:
    """An RGB part of a page as grey without its red ink: what lies under a red stamp; long rules gone."""
    red, green, blue = (cv2.LUT(one, DENSITY) for one in cv2.split(without_tint(crop)))
    # Red ink is dense in green and blue alone; a pen or a stamp of another colour is as dense in red as in one of them.
    of_red = np.maximum(0, np.minimum(green, blue) - red)
    return _without_rules(_stretched(red - _RED_IN_RED * of_red, 0.05, 0.8))


def without_red(crop: Pixels) -> Pixels:
    """An RGB part of a page on white paper with its red ink gone and all other ink in its own colour."""
    even = without_tint(crop)
    red, green, blue = cv2.split(even)
    is_red = cv2.subtract(red, cv2.max(green, blue)) > _RED_BY
    clear = even.copy()
    clear[is_red] = red[is_red][:, None]
    return clear


def as_colour(grey: Pixels) -> Pixels:
    """A grey copy as RGB."""
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def _without_rules(grey: Pixels) -> Pixels:
    """A line of print at 300 dpi without the rules and frames that cross it, which its reading stumbles over.

    Where a letter's ink goes on beyond a rule on either side, the rule stays: it is the letter there.
    """
    ink = (grey < _RULE_DARKER_THAN).astype(np.uint8)
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, _RUN_PX), np.uint8))
    # Stamps are pressed askew: their rules are staircases of level runs.
    labels, stats = numbered_pieces(np.asarray(cv2.dilate(level, np.ones((3, 3), np.uint8)), dtype=np.uint8))
    widths, heights = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    long = (widths >= _RULE_PX) & (heights < 0.1 * widths)
    long[0] = False
    rules = cv2.dilate(long[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    posts = cv2.dilate(
        cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((_POST_PX, 1), np.uint8)), np.ones((5, 5), np.uint8)
    )
    letters = cv2.subtract(ink, cv2.max(rules, posts))
    across = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((_BRIDGE_PX, 1), np.uint8))
    along = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((1, _BRIDGE_PX), np.uint8))
    clear = grey.copy()
    clear[((rules > across) | (posts > along)) & (letters == 0)] = 255
    return clear


def paper_of(crop: Pixels) -> Colour:
    """The colour of the paper of an RGB part of a page."""
    return np.asarray(np.maximum(np.percentile(crop[::4, ::4].reshape(-1, 3), 85, axis=0), 1), dtype=np.float64)


def without_tint(crop: Pixels, paper: Colour | None = None) -> Pixels:
    """An RGB part of a page with its paper white; of what colour that is, the part itself says if nobody knows."""
    paper = paper_of(crop) if paper is None else paper
    table = np.clip(np.arange(256)[:, None] * (255 / paper), 0, 255).astype(np.uint8)[None]
    return np.asarray(cv2.LUT(crop, table), dtype=np.uint8)


def lightest_channel(crop: Pixels) -> Pixels:
    """The lightest of red, green and blue, pixel by pixel."""
    red, green, blue = cv2.split(crop)
    return np.asarray(cv2.max(cv2.max(red, green), blue), dtype=np.uint8)


def darkest_channel(crop: Pixels) -> Pixels:
    """The darkest of red, green and blue, pixel by pixel."""
    red, green, blue = cv2.split(crop)
    return np.asarray(cv2.min(cv2.min(red, green), blue), dtype=np.uint8)
