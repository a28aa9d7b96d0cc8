# A small image that runs govern as nobody; bills and policies are mounted, read-only if you like:
#   docker run --rm -v "$PWD:/work:ro" govern check bills/
FROM python:3.13-slim
COPY pyproject.toml README.md LICENSE /src/
COPY requirements /src/requirements
COPY src /src/src
# The locked versions, by their hashes; the tool that installs govern itself doesn't stay.
RUN pip install --no-cache-dir --require-hashes -r /src/requirements/run.txt -r /src/requirements/build.txt \
    && pip install --no-cache-dir --no-deps --no-build-isolation /src \
    && pip uninstall --yes setuptools && rm -rf /src
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["govern"]
CMD ["--help"]
