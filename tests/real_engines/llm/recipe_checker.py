"""A program for vLLM's environment: what its parser makes of commands, and which models it has.

Commands as JSON (lists of arguments after "vllm serve") on its input; on its output what each was
read as, or the error, and the architectures in its registry.
"""

import contextlib
import io
import json
import sys
from typing import Any

from vllm.entrypoints.launchers.cli_args import make_arg_parser, validate_parsed_serve_args
from vllm.model_executor.models.registry import ModelRegistry
from vllm.utils.argparse_utils import FlexibleArgumentParser

READ = (
    *("model_tag", "served_model_name", "max_model_len", "tokenizer_mode", "config_format"),
    *("load_format", "language_model_only", "default_chat_template_kwargs"),
    "tensor_parallel_size",
)


def parsed(arguments: list[str]) -> dict[str, Any]:
    """What the server would be started with."""
    parser = make_arg_parser(FlexibleArgumentParser())
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            found = parser.parse_args(arguments)
            validate_parsed_serve_args(found)
    except (SystemExit, Exception) as error:
        return {"error": f"{error} {said.getvalue()[-500:]}"}
    return {name: getattr(found, name) for name in READ}


if __name__ == "__main__":
    commands = json.load(sys.stdin)
    done = [parsed(each) for each in commands]
    print(json.dumps({"parsed": done, "known": sorted(ModelRegistry.get_supported_archs())}))
