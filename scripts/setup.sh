#!/usr/bin/env bash
# Brings a machine to where sohoa runs: Debian packages, and the locked Python environment in .venv.
#   scripts/setup.sh         what the pipeline and the demo need
#   scripts/setup.sh test    also what the tests need
#   scripts/setup.sh bench   also what the benchmarks compare with
# Does nothing where nothing changed.
set -euo pipefail
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9
packages=(tesseract-ocr tesseract-ocr-vie util-linux fonts-croscore fonts-dejavu-core fonts-dkg-handwriting fonts-breip)
if [ "${1:-}" = test ] || [ "${1:-}" = bench ]; then
    packages+=(postgresql chromium chromium-driver)
    # Independent tools that say what kind a file really is, and the typefaces of the samples' test side.
    packages+=(file poppler-utils libtiff-tools)
    packages+=(fonts-texgyre fonts-freefont-ttf fonts-sil-charis fonts-linuxlibertine fonts-sjfonts fonts-tlwg-purisa-otf)
    # OCRmyPDF makes its PDF/A with it.
    [ "$1" = test ] || packages+=(ghostscript)
fi

fail() {
    printf '\nsohoa set-up stopped: %s\n' "$1" >&2
    exit 1
}

find_python() {
    for candidate in python3.11 python3.12 python3; do
        if command -v "$candidate" >/dev/null &&
            "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python 3.11 or 3.12 is needed; on Debian 12: apt-get install python3 python3-venv"
}

install_packages() {
    local missing=()
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            as_root=(sudo)
        else
            fail "these packages are missing and need root: apt-get install ${missing[*]}"
        fi
    fi
    echo "Installing Debian packages: ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq ||
        fail "apt-get update failed: is there a network?"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        >/dev/null || fail "apt-get could not install: ${missing[*]}"
}

install_environment() {
    local python stamp wanted
    python=$(find_python)
    stamp=.venv/.sohoa-setup
    wanted=$(cat uv.lock pyproject.toml scripts/setup.sh | sha256sum | cut -d' ' -f1)-$UV_VERSION
    [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return 0
    if [ ! -x .uv/bin/uv ] || [ "$(.uv/bin/uv --version | cut -d' ' -f2)" != "$UV_VERSION" ]; then
        echo "Installing uv $UV_VERSION"
        "$python" -m venv .uv 2>/dev/null || fail "this Python lacks venv; on Debian: apt-get install python3-venv"
        .uv/bin/pip install -qq --disable-pip-version-check "uv==$UV_VERSION"
    fi
    echo "Installing the locked Python environment into .venv"
    # Airflow and Great Expectations take seconds to start; uncompiled, and where Python may not keep what it compiles
    # (PYTHONDONTWRITEBYTECODE), three times as many at every start.
    # The tests hold docker-compose.yaml against what it will find installed.
    .uv/bin/uv sync --compile-bytecode --quiet --frozen --extra production --no-python-downloads --python "$python"
    echo "$wanted" >"$stamp"
}

if command -v dpkg-query >/dev/null; then
    install_packages
else
    command -v tesseract >/dev/null || fail "this is no Debian: install tesseract with the model vie, util-linux and the Tinos font yourself"
fi
install_environment
