# ldnqa as a service. Index, model and feedback are kept in /data; settings are LDNQA_* variables (docs/operations.md).
#   docker build -t ldnqa .
#   docker run -p 127.0.0.1:8000:8000 -v ldnqa:/data ldnqa
FROM python:3.11-slim AS wheel
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY src src
COPY api api
COPY corpus corpus
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheel .

FROM python:3.11-slim
COPY requirements.lock /tmp/
COPY --from=wheel /wheel /tmp/wheel
# The lock also pins what only the tests need; as a constraint it installs nothing of that.
RUN pip install --no-cache-dir --constraint /tmp/requirements.lock \
        "$(echo /tmp/wheel/ldnqa-*.whl)[mcp,postgres,redis,traces]" \
 && rm -r /tmp/requirements.lock /tmp/wheel
RUN useradd --uid 10001 ldnqa && install --directory --owner ldnqa /data
USER ldnqa
WORKDIR /data
ENV LDNQA_HOST=0.0.0.0 LDNQA_INDEX=/data/index LDNQA_CACHE=/data/cache LDNQA_FEEDBACK=sqlite:////data/feedback.sqlite3
VOLUME /data
EXPOSE 8000
CMD ["ldnqa", "serve"]
