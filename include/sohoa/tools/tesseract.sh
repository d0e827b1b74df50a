#!/bin/sh
# What pytesseract calls in place of tesseract; see launcher.sh.
exec "$(dirname "$0")/launcher.sh" tesseract "$@"
