# A small image that runs govern as nobody; bills and policies are mounted, read-only if you like:
#   docker run --rm -v "$PWD:/work:ro" govern check bills/
FROM python:3.13-slim
COPY pyproject.toml README.md LICENSE /src/
COPY src /src/src
RUN pip install --no-cache-dir /src && rm -rf /src
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["govern"]
CMD ["--help"]
