# One image, two commands:
#   web      gunicorn -c deploy/gunicorn.conf.py app.wsgi:app   (the default)
#   worker   python -m app.worker
# Alone, with the worker inside the web process: docker run -p 5000:5000 -e RUN_WORKER=inline -v engineer-data:/data IMAGE

FROM python:3.11-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --require-hashes --only-binary=:all: -r requirements.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /home/engineer engineer \
    && install -d -o engineer -g engineer /data
COPY --from=packages /venv /venv
WORKDIR /srv/engineer
COPY app app
COPY studio studio
COPY scripts scripts
COPY deploy deploy
COPY THIRD_PARTY.md ./
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 PORT=5000 DATA_DIR=/data LOG_FORMAT=json
USER engineer
VOLUME /data
EXPOSE 5000
# A worker answers no HTTP: start it with --no-healthcheck (deploy/compose.yaml does).
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=4)"]
CMD ["gunicorn", "-c", "deploy/gunicorn.conf.py", "app.wsgi:app"]
