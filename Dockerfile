# syntax=docker/dockerfile:1
# One image for web, worker, beat and set-up. Pin the base by digest when you build for a hospital.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
WORKDIR /app
COPY requirements.txt ./
RUN /venv/bin/pip install --require-hashes -r requirements.txt
COPY manage.py LICENSE ./
COPY config ./config
COPY sites ./sites
COPY registry ./registry
COPY exports ./exports
COPY docker/collect-static ./docker/collect-static
RUN sh docker/collect-static /venv/bin/python && /venv/bin/python -m compileall -q config sites registry exports

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.prod \
    QUELL_VAR_DIR=/data
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin quell \
    && mkdir /data && chown 10001:10001 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", \
     "--worker-class", "gthread", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-", "--no-control-socket"]
