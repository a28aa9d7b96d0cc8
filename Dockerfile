# A small image that runs govern as nobody; bills and policies are mounted read-only, /out takes results:
#   docker run --rm -v "$PWD:/work:ro" -v "$PWD/out:/out" --user "$(id -u):$(id -g)" \
#     govern check bills/ -o json:/out/verdict.json
FROM python:3.13-slim
COPY pyproject.toml README.md LICENSE /src/
COPY requirements /src/requirements
COPY src /src/src
# The locked versions, by their hashes; the tool that installs govern itself doesn't stay.
RUN pip install --no-cache-dir --require-hashes -r /src/requirements/run.txt -r /src/requirements/build.txt \
    && pip install --no-cache-dir --no-deps --no-build-isolation /src \
    && pip uninstall --yes setuptools && rm -rf /src \
    && mkdir /out && chown 65534:65534 /out
# Whoever runs it: no home folder is needed.
ENV HOME=/tmp
USER 65534:65534
VOLUME /out
WORKDIR /work
ENTRYPOINT ["govern"]
CMD ["--help"]
