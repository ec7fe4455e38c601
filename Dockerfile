# The site, without its database: the locked libraries, the code, the static files, an account without rights.
# docker-compose.yml puts PostGIS beside it; a production server gives it DATABASE_URL and SECRET_KEY.

FROM python:3.12-slim AS libraries
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /build
COPY requirements-uv.txt requirements.txt ./
RUN python -m venv /opt/venv \
    && python -m pip install --no-cache-dir --require-hashes -r requirements-uv.txt \
    && uv pip install --python /opt/venv/bin/python --require-hashes -r requirements.txt

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/place \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_INTERFACE=wsgi \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=4 \
    GRANIAN_WEBSOCKETS=false \
    GRANIAN_RESPAWN_FAILED_WORKERS=true
# What sets the type of PDF files, and a font for the signs that ours lacks.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /srv/place
COPY . .
# The static files belong to the image; what people upload belongs to the volume.
RUN useradd --system --uid 10001 --home-dir /var/lib/place --create-home place \
    && python -m compileall -q config catalogue geo \
    && DATABASE_URL=postgresql:///none SECRET_KEY=build python manage.py prepare --only static \
    && install -d -o place -g place /var/lib/place/media /var/lib/place/private /var/lib/place/mails
USER place
VOLUME ["/var/lib/place/media", "/var/lib/place/private", "/var/lib/place/mails"]
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "config.bootstrap.probe"]
CMD ["granian", "config.wsgi:application"]
