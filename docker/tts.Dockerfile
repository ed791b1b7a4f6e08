# core and, beside it, the environment of coqui-tts: torch stays in a process of its own.
#   docker build -f docker/tts.Dockerfile -t waxtaan-tts .
# For a GPU: --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cu130
ARG CORE=waxtaan-core
FROM python:3.11-slim-bookworm AS build
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY docker/tts.constraints.txt /tmp/constraints.txt
RUN python -m venv /opt/tts \
    && /opt/tts/bin/pip install --no-cache-dir --extra-index-url "$TORCH_INDEX" \
        -c /tmp/constraints.txt coqui-tts torch torchaudio torchcodec six soundfile

FROM ${CORE}
COPY --from=build /opt/tts /opt/tts
ENV WAXTAAN_COQUI_PYTHON=/opt/tts/bin/python
