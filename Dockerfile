# The service as a container: `docker build --tag ldnqa .`, or `docker compose up`; see docs/operations.md.
# Everything it writes goes to /data: the index, feedback, and corpus/ if you mount articles of your own there.

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
RUN python -m venv /opt/ldnqa
COPY pyproject.toml requirements.lock README.md LICENSE NOTICE ./
COPY src ./src
COPY api ./api
COPY corpus ./corpus
# The model is exported once, here, so that a start needs no place to write it to.
RUN /opt/ldnqa/bin/pip install --constraint requirements.lock ".[llm,mcp,milvus,postgres,redis,traces]" \
    && /opt/ldnqa/bin/python -c "import pathlib, ldnqa; ldnqa.load_encoder(cache=pathlib.Path('/opt/models'))"

FROM python:3.11-slim
COPY --from=build /opt /opt
RUN install --directory --owner=10001 --group=10001 /data
ENV PATH=/opt/ldnqa/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LDNQA_CACHE=/opt/models \
    LDNQA_HOST=0.0.0.0
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
# The first start builds the index, which may take minutes.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["ldnqa", "serve"]
