# The language model's server: vLLM's own image with the flags that Waxtaan counts on.
#   docker build -f docker/llm.Dockerfile -t waxtaan-llm .
# Weights come from the folder mounted at /models/llm; nothing is fetched.
ARG VLLM=vllm/vllm-openai:v0.32.0
FROM ${VLLM}
ENV HF_HUB_OFFLINE=1 \
    VLLM_NO_USAGE_STATS=1
EXPOSE 8000
# Without disable_any_whitespace a model may fill a JSON answer with blanks up to its last token.
ENTRYPOINT ["python3", "-m", "vllm.entrypoints.openai.api_server", \
    "--model", "/models/llm", \
    "--structured-outputs-config", "{\"backend\":\"xgrammar\",\"disable_any_whitespace\":true}", \
    "--enable-lora"]
