"""What runs in place of the `tesseract` program: the same arguments, answered by the library in the package tesserocr.

That library is a newer tesseract than Debian's and, built with more optimisation, reads the same page in three
quarters of the time. It reads in a process of its own all the same, since only that can be limited and ended. The
libraries for images that come with it are old: it is for images that we wrote ourselves.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tesserocr import OEM, PyTessBaseAPI, tesseract_version

_COLUMNS = (
    *("level", "page_num", "block_num", "par_num", "line_num", "word_num"),
    *("left", "top", "width", "height", "conf", "text"),
)


def main() -> None:
    """Read each image of a list and write their words as TSV, as `tesseract LIST BASE -c tessedit_create_tsv=1` does.

    It ends with an error at the first image that it cannot read, as tesseract does.
    """
    given = _arguments()
    variables = dict(option.split("=", 1) for option in given.variables)
    with (
        PyTessBaseAPI(
            path=given.tessdata_dir,
            lang=given.language,
            psm=given.psm,
            oem=OEM.LSTM_ONLY,
            variables=variables | {"user_defined_dpi": given.dpi},
        ) as tesseract,
        given.base.with_suffix(".tsv").open("w", encoding="utf-8") as out,
    ):
        out.write("\t".join(_COLUMNS) + "\n")
        for page, image in enumerate(given.listing.read_text(encoding="utf-8").splitlines()):
            tesseract.SetImageFile(image)
            out.write(tesseract.GetTSVText(page))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tesseract", description=__doc__)
    parser.add_argument("listing", type=Path, help="a file with the path of an image on each line")
    parser.add_argument("base", type=Path, help="where to write, without .tsv")
    parser.add_argument("-l", dest="language", required=True, help="model, or several joined by +")
    parser.add_argument("-c", dest="variables", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--psm", type=int, default=3, help="page segmentation mode")
    parser.add_argument("--dpi", required=True, help="resolution of the images")
    parser.add_argument("--tessdata-dir", required=True, help="folder of the models")
    parser.add_argument("--version", action="version", version=tesseract_version())
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (OSError, RuntimeError) as error:
        sys.exit(f"tesseract: {error}")
