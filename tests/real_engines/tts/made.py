"""Voices with random weights, in the layouts of real ones: `PYTHON -m ...made DIR`.

Run by the interpreter of coqui-tts's environment. What comes out is noise, but all that surrounds
the weights is real: files, loading, text, durations, decoding, and at full size the cost.
"""

import argparse
import json
from pathlib import Path
from typing import Any

LETTERS = "abcdefghijklmnopqrstuvwxyzéèêàâçùûîôœëï'"


def _quiet_imports() -> Any:
    """torch, after what `coqui_worker` does so that coqui-tts can be imported without CUDA."""
    from pipelines.engines.tts.coqui_worker import make_importable

    make_importable()
    import torch

    torch.manual_seed(7)
    torch.set_num_threads(1)
    return torch


def vits(folder: Path, small: bool, speakers: int = 0) -> None:
    """coqui's own layout: config.json and model_file.pth; 36 million weights, or a few."""
    torch = _quiet_imports()
    from TTS.tts.configs.vits_config import VitsConfig
    from TTS.tts.models.vits import CharactersConfig, Vits, VitsArgs

    less = {
        "hidden_channels": 16,
        "hidden_channels_ffn_text_encoder": 32,
        "num_layers_text_encoder": 1,
        "num_layers_flow": 1,
        "num_layers_posterior_encoder": 1,
        "upsample_initial_channel_decoder": 32,
    }
    args = VitsArgs(
        use_sdp=not small, init_discriminator=False, use_speaker_embedding=bool(speakers),
        **(less if small else {}),
    )  # fmt: skip
    config = VitsConfig(
        model_args=args,
        text_cleaner="basic_cleaners",
        characters=CharactersConfig(
            characters_class="TTS.tts.models.vits.VitsCharacters",
            characters=LETTERS, punctuations="!,.?:; -", pad="_", phonemes=None,
        ),
        use_phonemes=False,
        add_blank=True,
    )  # fmt: skip
    names = {f"p{n}": n for n in range(speakers)}
    folder.mkdir(parents=True, exist_ok=True)
    if speakers:
        (folder / "speaker_ids.json").write_text(json.dumps(names))
        args.speakers_file = str(folder / "speaker_ids.json")
    model = Vits(config)
    if speakers:
        # as a released voice has it: the path of the machine that it was trained on
        config.model_args.speakers_file = "/trained/elsewhere/speaker_ids.json"
    if small:  # as long as speech: some eight frames for each letter, and ten of a slow one
        torch.nn.init.constant_(model.duration_predictor.proj.bias, 1.3)
    _speechlike(torch, model)
    config.save_json(str(folder / "config.json"))
    torch.save({"model": model.state_dict()}, folder / "model_file.pth")


def _speechlike(torch: Any, model: Any) -> None:
    """As loud as speech, and most of it below 4 kHz; a buzz and a constant, else."""
    last = model.waveform_decoder.conv_post
    ids = torch.arange(1, 25).unsqueeze(0)
    speaker = torch.tensor([0]) if model.embedded_speaker_dim else None
    given = {"x_lengths": torch.tensor([24]), "speaker_ids": speaker, "d_vectors": None}
    model.eval()
    with torch.no_grad():
        for name, values in model.waveform_decoder.named_parameters():
            if name.endswith("bias"):
                values.zero_()
        band = torch.hann_window(9, periodic=False)[1:-1] * torch.linspace(
            -1, 1, 7
        )  # nothing of a constant
        last.weight.copy_(torch.randn_like(last.weight[:, :, :1]) * band)
        for _ in range(3):  # what follows the last layer is not linear
            wave = model.inference(ids, aux_input={**given, "language_ids": None})["model_outputs"]
            last.weight.mul_(float(0.08 / wave.std()))


def mms(folder: Path) -> None:
    """The layout of Meta's MMS voices: config.json, vocab.txt, G_100000.pth in fairseq's names."""
    torch = _quiet_imports()
    from TTS.tts.configs.vits_config import VitsConfig
    from TTS.tts.models.vits import Vits

    model = Vits(VitsConfig())
    model.disc = None
    letters = ["|", *LETTERS, "-", " "]
    model.text_encoder.emb = torch.nn.Embedding(len(letters), 192)
    torch.nn.init.normal_(model.text_encoder.emb.weight, 0.0, 192**-0.5)
    _speechlike(torch, model)
    folder.mkdir(parents=True, exist_ok=True)
    about = {"data": {"sampling_rate": 16_000, "training_files": "train.ltr", "add_blank": True}}
    (folder / "config.json").write_text(json.dumps(about))
    (folder / "vocab.txt").write_text("\n".join(letters) + "\n")
    weights = {_fairseq(name): value for name, value in model.state_dict().items()}
    torch.save({"model": weights}, folder / "G_100000.pth")


def xtts(folder: Path) -> None:
    """XTTS's layout: config.json, model.pth, vocab.json, speakers_xtts.pth; a few weights."""
    torch = _quiet_imports()
    from tokenizers import Tokenizer, models
    from TTS.tts.configs.xtts_config import XttsConfig
    from TTS.tts.models.xtts import Xtts, XttsArgs

    args = XttsArgs(
        gpt_layers=1, gpt_n_model_channels=64, gpt_n_heads=2, gpt_num_audio_tokens=1026,
        gpt_max_audio_tokens=24, gpt_number_text_tokens=64, gpt_start_text_token=61,
        gpt_stop_text_token=0, gpt_start_audio_token=1024, gpt_stop_audio_token=1025,
        decoder_input_dim=64, d_vector_dim=64,
    )  # fmt: skip
    config = XttsConfig(model_args=args, languages=["en", "fr"])
    special = ["[STOP]", "[UNK]", "[SPACE]", "[en]", "[fr]"]
    vocabulary = {token: at for at, token in enumerate([*special, *LETTERS, *"!,.?:;-"])}
    tokenizer = Tokenizer(models.BPE(vocabulary, [], unk_token="[UNK]"))
    tokenizer.add_special_tokens(special)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "vocab.json"))
    config.save_json(str(folder / "config.json"))
    model = Xtts(config)
    from TTS.tts.layers.xtts.tokenizer import VoiceBpeTokenizer

    model.tokenizer = VoiceBpeTokenizer(vocab_file=str(folder / "vocab.json"))
    model.init_models()
    torch.save({"model": model.state_dict()}, folder / "model.pth")
    voice = {
        "gpt_cond_latent": torch.randn(1, 32, 64),
        "speaker_embedding": torch.randn(1, 64, 1),
    }
    torch.save({"Ana Florence": voice}, folder / "speakers_xtts.pth")


def _fairseq(name: str) -> str:
    """A weight's name in fairseq's checkpoints: the reverse of coqui's own renaming."""
    part, _, rest = name.partition(".")
    flows = {"1": "2", "2": "4", "3": "6"}
    if part == "flow" and rest.startswith("flows."):
        _, number, end = rest.split(".", 2)
        return f"flow.flows.{flows.get(number, number)}.{end}"
    if part == "duration_predictor":
        for kind in ("post_flows", "flows"):
            if rest.startswith(f"{kind}."):
                _, number, end = rest.split(".", 2)
                end = {"translation": "m", "log_scale": "logs"}.get(end, end)
                renamed = {"2": "3", "3": "5", "4": "7"}.get(number, number)
                return f"dp.{kind}.{renamed}.{end}"
        return f"dp.{rest}"
    short = {"text_encoder": "enc_p", "waveform_decoder": "dec", "posterior_encoder": "enc_q"}
    return f"{short.get(part, part)}.{rest}"


def main() -> None:
    """Make one voice."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("vits", "small", "speakers", "mms", "xtts"))
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    match asked.kind:
        case "vits":
            vits(asked.folder, small=False)
        case "small":
            vits(asked.folder, small=True)
        case "speakers":
            vits(asked.folder, small=True, speakers=3)
        case "mms":
            mms(asked.folder)
        case "xtts":
            xtts(asked.folder)


if __name__ == "__main__":
    main()
