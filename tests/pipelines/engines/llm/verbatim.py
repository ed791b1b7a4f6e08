"""What vLLM 0.32 answers, key for key; real_engines/llm/test_standin_is_true.py holds it to it."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

CONTEXT = 8192  # tokens
CREATED = 1_795_370_570
FINGERPRINT = "vllm-0.32.0-d608ba65"
ID = "chatcmpl-a81e441001f054ee"


def tokens(text: str) -> list[str]:
    """A word with the blank before it is a token here."""
    return re.findall(r"\s*\S+|\s+$", text)


def error(status: int, message: str, kind: str, param: str | None) -> tuple[int, Any]:
    return status, {"error": {"message": message, "type": kind, "param": param, "code": status}}


def refusal(body: Any, models: list[str]) -> tuple[int, Any] | None:
    """Of a request that is wrong."""
    if body is None:
        what = "{'type': 'json_invalid', 'loc': 'body.0', 'msg': 'JSON decode error'}"
        return error(400, f"1 validation error:\n  {what}", "Bad Request", "body.0")
    if not isinstance(body, dict):
        what = "{'type': 'model_attributes_type', 'loc': 'body', 'msg': 'Input should be a valid'}"
        return error(400, f"1 validation error:\n  {what}", "Bad Request", "body")
    if "messages" not in body:
        what = "{'type': 'missing', 'loc': 'body.messages', 'msg': 'Field required'}"
        return error(400, f"1 validation error:\n  {what}", "Bad Request", "body.messages")
    model, limit = body.get("model"), body.get("max_tokens", 16)
    if model not in models:
        said = f"The model `{model}` does not exist. Valid aliases: {models[0]}."
        return error(404, said, "NotFoundError", "model")
    if body.get("temperature", 0) < 0:
        said = f"temperature must be non-negative, got {body['temperature']}."
        return error(400, said, "BadRequestError", "temperature")
    if limit > CONTEXT:
        said = f"max_tokens={limit} cannot be greater than max_model_len={CONTEXT}."
        return error(400, said, "BadRequestError", "max_tokens")
    if body.get("continue_final_message") and body.get("add_generation_prompt", True):
        said = "continue_final_message and add_generation_prompt are not compatible."
        return error(400, said, "BadRequestError", None)
    asked = (body.get("response_format") or {}).get("json_schema", {}).get("schema", {})
    if asked.get("type") == "nonsense":
        said = 'Failed to transform json schema into a grammar: Unsupported type "nonsense"'
        return error(400, said, "BadRequestError", None)
    return None


def models(names: list[str]) -> dict[str, Any]:
    """The model, then its adapters."""
    return {"object": "list", "data": [_model(name, names[0]) for name in names]}


def _model(name: str, base: str) -> dict[str, Any]:
    adapter = name != base
    permission = {
        "id": "modelperm-979bece6d63c73a7",
        "object": "model_permission",
        "created": CREATED,
        "allow_create_engine": False,
        "allow_sampling": True,
        "allow_logprobs": True,
        "allow_search_indices": False,
        "allow_view": True,
        "allow_fine_tuning": False,
        "organization": "*",
        "group": None,
        "is_blocking": False,
    }
    return {
        "id": name,
        "object": "model",
        "created": CREATED,
        "owned_by": "vllm",
        "root": f"/models/{name}",
        "parent": base if adapter else None,
        "max_model_len": None if adapter else CONTEXT,
        "permission": [permission],
    }


def events(body: dict[str, Any], answer: str, probability: float) -> Iterator[bytes]:
    """The lines of a streamed answer, one event a token."""
    words = tokens(answer)
    kept = words[: body.get("max_tokens", CONTEXT)]
    finish = "stop" if kept == words else "length"
    first = _choice({"role": "assistant", "content": ""})
    yield _event(body, [first], prompt_token_ids=None, prompt_text=None)
    for number, word in enumerate(kept):
        ends = finish == "length" and number == len(kept) - 1
        shown = _logprobs(word, probability ** (1 / len(words))) if body.get("logprobs") else None
        last = _last(body) if ends else {}
        yield _event(body, [_token({"content": word}, shown, finish if ends else None)], **last)
    if finish == "stop":
        # The token that ends an answer counts and is not shown.
        shown = _logprobs("<|im_end|>", 1.0) if body.get("logprobs") else None
        yield _event(body, [_token({"content": ""}, shown, finish)], **_last(body))
    if _told(body):
        yield _event(body, [], usage=usage(body, len(kept)), system_fingerprint=FINGERPRINT)
    yield b"data: [DONE]\n\n"


def _told(body: dict[str, Any]) -> bool:
    return bool((body.get("stream_options") or {}).get("include_usage"))


def _last(body: dict[str, Any]) -> dict[str, str]:
    """The fingerprint stands in the very last chunk."""
    return {} if _told(body) else {"system_fingerprint": FINGERPRINT}


def completion(body: dict[str, Any], answer: str) -> dict[str, Any]:
    """An answer in one chunk."""
    words = tokens(answer)
    kept = words[: body.get("max_tokens", CONTEXT)]
    message = {
        "role": "assistant",
        "content": "".join(kept),
        "refusal": None,
        "annotations": None,
        "audio": None,
        "function_call": None,
        "reasoning": None,
    }
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": "stop" if kept == words else "length",
        "stop_reason": None,
        "token_ids": None,
        "routed_experts": None,
    }
    return {
        "id": ID,
        "object": "chat.completion",
        "created": CREATED,
        "model": body["model"],
        "choices": [choice],
        "service_tier": None,
        "system_fingerprint": FINGERPRINT,
        "usage": {
            **usage(body, len(kept)),
            "prompt_tokens_details": None,
            "completion_tokens_details": None,
        },
        "prompt_logprobs": None,
        "prompt_token_ids": None,
        "prompt_text": None,
        "kv_transfer_params": None,
        "ec_transfer_params": None,
        "metrics": None,
    }


def usage(body: dict[str, Any], answered: int) -> dict[str, Any]:
    asked = sum(len(tokens(message["content"])) for message in body["messages"])
    total = asked + answered
    return {"prompt_tokens": asked, "total_tokens": total, "completion_tokens": answered}


def _event(body: dict[str, Any], choices: list[Any], **more: Any) -> bytes:
    about = {"id": ID, "object": "chat.completion.chunk", "created": CREATED}
    data = {**about, "model": body["model"], "choices": choices, **more}
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"


def _choice(delta: dict[str, str]) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}


def _token(delta: dict[str, str], logprobs: Any, finish: str | None) -> dict[str, Any]:
    choice = {**_choice(delta), "logprobs": logprobs, "finish_reason": finish, "token_ids": None}
    return {**choice, "stop_reason": None} if finish else choice


def _logprobs(word: str, probability: float) -> dict[str, Any]:
    said = {"token": word, "logprob": math.log(probability), "bytes": list(word.encode())}
    return {"content": [{**said, "top_logprobs": []}]}


def metrics(running: int, generated: int, hits: int, queries: int, model: str) -> str:
    """The lines that tests look at, of vLLM's many."""
    label = f'engine="0",model_name="{model}"'
    done = f'engine="0",finished_reason="abort",model_name="{model}"'
    return (
        f"vllm:num_requests_running{{{label}}} {running:.1f}\n"
        f"vllm:prefix_cache_queries_total{{{label}}} {queries:.1f}\n"
        f"vllm:prefix_cache_hits_total{{{label}}} {hits:.1f}\n"
        f"vllm:generation_tokens_total{{{label}}} {generated:.1f}\n"
        f"vllm:request_success_total{{{done}}} 0.0\n"
    )
