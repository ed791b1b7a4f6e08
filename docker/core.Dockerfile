# The assistant with its embedded engines, Whisper (CTranslate2) and Piper: no torch.
#   docker build -f docker/core.Dockerfile -t waxtaan-core .
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY agent agent
COPY pipelines pipelines
COPY prompts prompts
# For a GPU: --build-arg CUDA="nvidia-cublas-cu12 nvidia-cudnn-cu12", which CTranslate2 looks for.
ARG CUDA=""
RUN python -m venv /opt/waxtaan \
    && /opt/waxtaan/bin/pip install --no-cache-dir -c constraints.txt . $CUDA \
    && python -m venv /opt/piper \
    && /opt/piper/bin/pip install --no-cache-dir piper-tts==1.8.0

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 waxtaan \
    && install -d -o waxtaan /data /models /data/calls /data/cache
COPY --from=build /opt/waxtaan /opt/waxtaan
COPY --from=build /opt/piper /opt/piper
ENV PATH=/opt/waxtaan/bin:$PATH \
    LD_LIBRARY_PATH=/opt/waxtaan/lib/python3.11/site-packages/nvidia/cublas/lib:/opt/waxtaan/lib/python3.11/site-packages/nvidia/cudnn/lib \
    WAXTAAN_HOST=0.0.0.0 \
    WAXTAAN_PIPER_PYTHON=/opt/piper/bin/python \
    WAXTAAN_MODELS=/models \
    WAXTAAN_CALLS=/data/calls \
    WAXTAAN_CACHE=/data/cache
USER 10001
WORKDIR /data
VOLUME ["/data", "/models"]
EXPOSE 8080
HEALTHCHECK --start-period=60s --interval=10s --timeout=3s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
ENTRYPOINT ["waxtaan"]
CMD ["serve"]
