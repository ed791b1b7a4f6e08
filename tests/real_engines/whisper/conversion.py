"""From a trained model to a folder faster-whisper opens, the way anybody would convert one.

The traps on that way are named where they are stepped over.
"""

import json
import subprocess
import sys
from pathlib import Path

from torch import Tensor, cat, nn
from transformers import GenerationConfig, WhisperForConditionalGeneration

from tests.real_engines.whisper.tokens import SIZE, Vocabulary

_FEATURES = {
    "feature_extractor_type": "WhisperFeatureExtractor",
    "processor_class": "WhisperProcessor",
    "feature_size": 80,
    "sampling_rate": 16000,
    "hop_length": 160,
    "chunk_length": 30,
    "n_fft": 400,
    "n_samples": 480000,
    "nb_max_frames": 3000,
    "padding_side": "right",
    "padding_value": 0.0,
    "return_attention_mask": False,
}


def save(model: WhisperForConditionalGeneration, vocabulary: Vocabulary, folder: Path) -> None:
    """A Hugging Face model folder: weights, tokenizer, features, generation settings.

    The model gets Whisper's vocabulary in place of the rows it was trained with.
    """
    config = model.config
    weight = _all_rows(model.model.decoder.embed_tokens.weight.detach(), vocabulary)
    model.model.decoder.embed_tokens = nn.Embedding.from_pretrained(weight)
    config.vocab_size = SIZE
    model.tie_weights()
    eot = vocabulary.number("<|endoftext|>")
    ends = {"bos_token_id": eot, "eos_token_id": eot, "pad_token_id": eot}
    ends["decoder_start_token_id"] = vocabulary.number("<|startoftranscript|>")
    config.update(ends)
    last = config.decoder_layers - 1
    model.generation_config = GenerationConfig(
        **ends,
        no_timestamps_token_id=vocabulary.number("<|notimestamps|>"),
        suppress_tokens=[],
        begin_suppress_tokens=[vocabulary.number("Ġ")],
        is_multilingual=True,
        lang_to_id=vocabulary.languages(),  # else CTranslate2 knows no language to detect
        task_to_id={task: vocabulary.number(f"<|{task}|>") for task in ("transcribe", "translate")},
        alignment_heads=[[last, head] for head in range(config.decoder_attention_heads)],
        max_length=config.max_target_positions,
    )
    # Left true, transformers makes the settings anew from the model's, without the above.
    model.generation_config._from_model_config = False
    model.save_pretrained(folder)
    vocabulary.tokenizer.save(str(folder / "tokenizer.json"))
    special = {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "WhisperTokenizer", **special})
    _write(folder / "preprocessor_config.json", _FEATURES)


def convert(trained: Path, folder: Path, quantization: str = "int8") -> None:
    """CTranslate2's converter, as a command.

    Raises:
        RuntimeError: it failed; what it said is in the message.
    """
    converter = [str(Path(sys.executable).with_name("ct2-transformers-converter"))]
    options = ["--model", str(trained), "--output_dir", str(folder), "--force"]
    options += ["--quantization", quantization]
    options += ["--copy_files", "tokenizer.json", "preprocessor_config.json"]
    done = subprocess.run([*converter, *options], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(converter + options)} failed: {done.stderr[-2000:]}")


def _all_rows(weight: Tensor, vocabulary: Vocabulary) -> Tensor:
    shared = weight[vocabulary.spare].expand(vocabulary.spare_count, -1)
    return cat([weight[: vocabulary.spare], shared, weight[vocabulary.spare + 1 :]])


def _write(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
