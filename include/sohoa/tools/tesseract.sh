#!/bin/sh
# What pytesseract calls in place of tesseract; see launcher.sh and tesseract.py.
#   SOHOA_PYTHON  the Python that has tesserocr
here=$(dirname "$0")
exec "$here/launcher.sh" "$SOHOA_PYTHON" -I "$here/tesseract.py" "$@"
