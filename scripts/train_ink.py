"""Make `include/sohoa/pages/ink_model.npz`: `.venv/bin/python scripts/train_ink.py FONTS… [--lines N]`.

FONTS are folders of fonts: text faces, and hands as in Debian's fonts-bwht, fonts-dustin, fonts-humor-sans,
fonts-kiloji, fonts-kristi, fonts-nanum-extra, fonts-unfonts-extra, fonts-rufscript, fonts-seto, fonts-tomsontalks,
fonts-isabella, fonts-joscelyn, fonts-dkg-handwriting and fonts-breip. Print that is taken for pen is a number lost:
the more text faces, the rarer. What is learnt on one side's faces is measured on the other's; the model that is
written has learnt from both, and from none that the samples' test side is drawn in. The weights that come with the
package have learnt from two lots together: 24,000 lines as they are, and 10,000 as here. The same call gives others.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from ink_lines import KINDS, Faces, find_faces, make_line
from numpy.typing import NDArray
from scipy.optimize import minimize

from sohoa.pages import ink
from sohoa.pages.gaps import Measured, measure
from sohoa.pages.ink_copies import as_colour, clear_print, faint_print, without_red

Values = NDArray[np.float64]
Gap = tuple[str, Measured]
_HIDDEN, _DECAY, _NOISE, _DROPPED, _BATCH, _EPOCHS = 128, 1e-4, 0.7, 0.3, 64, 25
_PARTS = 8
_BENEATH = 0.3  # of the lines
# As `ink.ink_beneath` looks at lines: as they are, without red, or at copies of black ink.
_AS_IT_IS: Callable[[Any], Any] = np.asarray
_BLACK: list[Callable[[Any], Any]] = [
    lambda crop: as_colour(faint_print(crop)),
    lambda crop: as_colour(clear_print(crop)),
]
_COPIES = [*[_AS_IT_IS] * 8, *_BLACK]
_COPIES_BENEATH = [*[_AS_IT_IS] * 2, *[without_red] * 4, *_BLACK]
_THRESHOLDS = (-1.5, 0.0)  # below: by machine; above: by pen; between: unsure


def gaps_of(faces: Faces, n_lines: int, seed: str) -> list[Gap]:
    """The measures of all gaps of `n_lines` lines that hold something, with how they were filled."""
    with ProcessPoolExecutor() as pool:
        parts = [pool.submit(_some_gaps, faces, n_lines // _PARTS, f"{seed}/{part}") for part in range(_PARTS)]
        return [gap for part in parts for gap in part.result()]


def _some_gaps(faces: Faces, n_lines: int, seed: str) -> list[Gap]:
    rng = Random(seed)  # noqa: S311
    gaps = []
    for index in range(n_lines):
        beneath = rng.random() < _BENEATH
        line = make_line(rng, faces, KINDS[index % len(KINDS)], beneath=beneath)
        seen_as = rng.choice(_COPIES_BENEATH if beneath else _COPIES)
        gaps += [(line.kind, seen) for seen in measure(seen_as(line.crop), line.line, line.slots) if len(seen.shapes)]
    return gaps


def _glyphs(gaps: Sequence[Gap]) -> tuple[Values, Values]:
    shapes = np.concatenate([seen.shapes for _, seen in gaps]).astype(np.float64)
    return shapes, np.concatenate([np.full(len(seen.shapes), float(kind == "pen")) for kind, seen in gaps])


def fit_glyphs(x: Values, y: Values) -> list[Values]:
    """A net of one hidden layer by Adam, with noise on its inputs and dropout against learning faces by heart."""
    rng = np.random.default_rng(1)
    n, width = x.shape
    weights = [
        rng.standard_normal((width, _HIDDEN)) * np.sqrt(2 / width),
        np.zeros(_HIDDEN),
        rng.standard_normal(_HIDDEN) / np.sqrt(_HIDDEN),
        np.zeros(1),
    ]
    mean, square, step = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights], 0
    for epoch in range(_EPOCHS):
        for chosen in np.array_split(rng.permutation(n), max(1, n // _BATCH)):
            seen = x[chosen] + _NOISE * rng.standard_normal((len(chosen), width))
            kept = (rng.random((len(chosen), _HIDDEN)) > _DROPPED) / (1 - _DROPPED)
            hidden = np.maximum(seen @ weights[0] + weights[1], 0) * kept
            error = (1 / (1 + np.exp(-(hidden @ weights[2] + weights[3]))) - y[chosen]) / len(chosen)
            back = np.outer(error, weights[2]) * (hidden > 0) * kept
            slopes = [
                seen.T @ back + _DECAY * weights[0],
                back.sum(0),
                hidden.T @ error + _DECAY * weights[2],
                np.array([error.sum()]),
            ]
            step += 1
            for index, slope in enumerate(slopes):
                mean[index] = 0.9 * mean[index] + 0.1 * slope
                square[index] = 0.999 * square[index] + 0.001 * slope**2
                size = 2e-3 * (1 - epoch / _EPOCHS) / (1 - 0.9**step)
                weights[index] -= size * mean[index] / (np.sqrt(square[index] / (1 - 0.999**step)) + 1e-8)
    return weights


def fit_slots(x: Values, y: Values) -> Values:
    """Logistic regression: weights and, last, the constant, for features as they are."""
    mean, scale = x.mean(0), x.std(0) + 1e-3
    standard = (x - mean) / scale

    def loss(theta: Values) -> tuple[float, Values]:
        z = standard @ theta[:-1] + theta[-1]
        error = 1 / (1 + np.exp(-z)) - y
        value = (np.logaddexp(0, z) - y * z).mean() + 1e-4 * theta[:-1] @ theta[:-1]
        return float(value), np.append(standard.T @ error / len(y) + 2e-4 * theta[:-1], error.mean())

    theta = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    weights = theta[:-1] / scale
    return np.append(weights, theta[-1] - weights @ mean)


def fit(gaps: Sequence[Gap]) -> dict[str, Any]:
    """All weights; the gaps' model learns from scores of glyphs that the glyphs' model had not seen."""
    x, y = _glyphs(gaps)
    mean, scale = x.mean(0), x.std(0) + 1e-3

    def score(weights: list[Values]) -> Callable[[Any], Values]:
        w = weights
        return lambda shapes: np.maximum((shapes - mean) / scale @ w[0] + w[1], 0) @ w[2] + w[3]

    features, truth = [], []
    for part in range(3):
        rest = [gap for index, gap in enumerate(gaps) if index // 7 % 3 != part]
        shapes, by_pen = _glyphs(rest)
        of_part = score(fit_glyphs((shapes - mean) / scale, by_pen))
        for kind, seen in (gap for index, gap in enumerate(gaps) if index // 7 % 3 == part):
            features.append(ink.slot_features(of_part(seen.shapes), seen.standing))
            truth.append(float(kind == "pen"))
    weights = fit_glyphs((x - mean) / scale, y)
    found = {
        "shape_mean": mean,
        "shape_scale": scale,
        "hidden": weights[0],
        "hidden_bias": weights[1],
        "out": np.append(weights[2], weights[3]),
        "slot": fit_slots(np.array(features, np.float64), np.array(truth)),
        "thresholds": np.array(_THRESHOLDS),
    }
    return {name: value.astype(np.float32) for name, value in found.items()}


def main() -> None:
    """Learn, measure on faces not seen, learn from all, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fonts", nargs="+", type=Path)
    parser.add_argument("--lines", type=int, default=24_000)
    arguments = parser.parse_args()
    faces = find_faces(arguments.fonts)
    learn = gaps_of(faces["learn"], arguments.lines, "learn")
    others = gaps_of(faces["measure"], arguments.lines // 4, "measure")
    measured = ink.Model(**fit(learn))
    for threshold in (*_THRESHOLDS, 2.0):
        shares = {
            kind: np.mean([measured.gap(seen) > threshold for other, seen in others if other == kind])
            for kind in ("print", "stamp", "pen")
        }
        print(f"faces not seen, above {threshold:+.1f}:", {kind: f"{share:.4f}" for kind, share in shares.items()})
    np.savez(ink.MODEL, **fit([*learn, *others]))


if __name__ == "__main__":
    main()
