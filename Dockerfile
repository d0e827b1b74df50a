# syntax=docker/dockerfile:1
# One image for all Airflow services of docker-compose.yaml.

FROM python:3.11-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /opt/sohoa
# Packages first: this layer is made anew only when the lock changes.
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --extra production --no-dev --no-install-project
# Everything that .dockerignore lets through.
COPY . .
RUN uv sync --frozen --extra production --no-dev \
    && mkdir -p dags plugins \
    && python -m compileall -q include dags plugins

FROM python:3.11-slim-bookworm
# util-linux brings setpriv, prlimit and setsid, which keep tesseract within limits; separator sheets are set in DejaVu.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-vie util-linux fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
ARG CONTAINER_UID=50000
# A new named volume takes over the owner of the folder that it hides.
RUN useradd --uid "$CONTAINER_UID" --user-group --create-home --shell /usr/sbin/nologin sohoa \
    && install --directory --owner sohoa --group sohoa /opt/airflow /opt/airflow/logs /srv/sohoa
# Owned by root: what runs cannot change its own code.
COPY --from=build /opt/sohoa /opt/sohoa
ENV PATH=/opt/sohoa/.venv/bin:$PATH \
    AIRFLOW_HOME=/opt/airflow \
    PYTHONUNBUFFERED=1
USER sohoa
WORKDIR /opt/airflow
CMD ["airflow", "version"]
