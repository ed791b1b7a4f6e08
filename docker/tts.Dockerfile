# core and, beside it, the environment of coqui-tts: torch stays in a process of its own.
#   docker build -f docker/tts.Dockerfile -t waxtaan-tts .
# TORCH_INDEX: the index of PyTorch's CPU or CUDA wheels, for others than PyPI's own.
ARG CORE=waxtaan-core
FROM python:3.11-slim-bookworm AS build
ARG TORCH_INDEX=""
COPY docker/tts.constraints.txt /tmp/constraints.txt
RUN python -m venv /opt/tts \
    && PIP_EXTRA_INDEX_URL="$TORCH_INDEX" /opt/tts/bin/pip install --no-cache-dir \
        -c /tmp/constraints.txt coqui-tts torch torchaudio torchcodec six soundfile

FROM ${CORE}
USER 0
# Voices that read phonemes ask espeak-ng for them.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends espeak-ng \
    && rm -rf /var/lib/apt/lists/*
USER 10001
COPY --from=build /opt/tts /opt/tts
ENV WAXTAAN_COQUI_PYTHON=/opt/tts/bin/python
