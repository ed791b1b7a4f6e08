"""coqui-tts's models as we speak with them: in pieces, as soon as each is rendered.

Loaded by `coqui_worker`, after it has made torch and coqui-tts importable; nothing else imports it.
A voice renders one piece of text, a sentence or less, as a generator of float32 samples.
"""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from pipelines.engines.tts.spans import spans
from pipelines.engines.tts.worker_scheduler import RefusalError

Samples = npt.NDArray[np.float32]
Method = TypeVar("Method", bound=Callable[..., Any])


def _without_gradients(method: Method) -> Method:
    decorated: Method = torch.inference_mode()(method)
    return decorated


def load(folder: Path, device: str, slow: bool) -> "Vits | Xtts":
    """The voice in a folder. Raises RefusalError naming the file and what to do.

    Args:
        folder: as coqui-tts or Meta's MMS keep it.
        device: of torch, "cpu" or "cuda".
        slow: whether XTTS may run on "cpu".
    """
    from TTS.config import load_config

    if (folder / "vocab.txt").is_file() and list(folder.glob("G_*.pth")):
        return Vits(_fairseq(folder), device)
    config = load_config(str(_file(folder, "config.json")))
    if config.model == "vits":
        return Vits(_vits(folder, config), device)
    if config.model == "xtts":
        if device == "cpu" and not slow:
            raise RefusalError(
                f"{folder.name} is XTTS, which without a GPU takes several seconds for one of "
                "speech: run on a machine with a GPU, or choose a VITS voice"
            )
        return Xtts(folder, config, device)
    raise RefusalError(
        f"{folder.name} is a {config.model} model; VITS, MMS and XTTS voices can be spoken with: "
        "choose one of those"
    )


def _file(folder: Path, name: str) -> Path:
    if not (folder / name).is_file():
        raise RefusalError(f"{folder} holds no {name}: copy the whole folder of the voice there")
    return folder / name


def _weights(folder: Path) -> Path:
    """coqui's voices name it model_file.pth, model_file.pth.tar, best_model.pth and more."""
    found = [*folder.glob("*.pth"), *folder.glob("*.pth.tar")]
    found = [path for path in found if "speaker" not in path.name]
    if not found:
        _file(folder, "model_file.pth")
    return max(found, key=lambda path: path.stat().st_size)


def _vits(folder: Path, config: Any) -> Any:
    from TTS.tts.models.vits import Vits as Model

    # The paths in a released voice are those of the machine that trained or first loaded it.
    for table in (config, config.model_args):
        for key in ("speakers_file", "language_ids_file", "d_vector_file"):
            named = table.get(key) if hasattr(table, "get") else getattr(table, key, None)
            if isinstance(named, str) and named:
                setattr(table, key, str(_file(folder, Path(named).name)))
    if config.use_phonemes and not config.phonemizer:
        config.phonemizer = "espeak"
    try:
        model = Model(config)
    except Exception as error:
        if "espeak" not in str(error):
            raise
        raise RefusalError(
            f"{folder.name} reads phonemes, which the program espeak-ng makes for it: install "
            "espeak-ng where the worker runs (apt-get install espeak-ng)"
        ) from error
    model.load_checkpoint(config, str(_weights(folder)), eval=True)
    model.disc = None  # half of the memory, and of use in training only
    return model


def _fairseq(folder: Path) -> Any:
    from TTS.tts.configs.vits_config import VitsConfig
    from TTS.tts.models.vits import Vits as Model

    _file(folder, "config.json")
    config = VitsConfig()
    model = Model(config)
    model.load_fairseq_checkpoint(config, min(folder.glob("G_*.pth")), eval=True)
    return model


class Vits:
    """A VITS model: all but its decoder runs once for a piece, the decoder span after span."""

    def __init__(self, model: Any, device: str) -> None:
        self._model = model.to(device).eval()
        self._decoder = model.waveform_decoder
        self._latent: Any = None
        # The model's own `inference` stays as it is, but meets a decoder that only notes its input.
        del model.waveform_decoder
        model.waveform_decoder = self._note
        audio = model.config.audio
        self.sample_rate: int = audio["sample_rate"]
        self._pace: float = model.length_scale
        self.speakers: list[str] = list(getattr(model.speaker_manager, "name_to_id", None) or ())
        self._speechless = {model.tokenizer.pad_id, model.tokenizer.blank_id}
        self._speechless |= {self._id(mark) for mark in "!,.?:;-' \"…"}
        self.margin, self._hop = self._reach()

    def render(self, text: str, speed: float, speaker: str, _: str) -> Iterator[Samples]:
        """See the module. `speed` 2.0 is twice as fast as the voice's own."""
        latent = self._encode(text, speed, self._choose(speaker))
        if latent is None:
            return
        z, g = latent
        for span in spans(z.shape[-1], self.margin):
            wave = self._decode(z[:, :, span.begin : span.end], g)
            first = (span.start - span.begin) * self._hop
            yield wave[first : first + (span.stop - span.start) * self._hop]

    def letters(self) -> str:
        """Something that this voice can read, to warm it up with."""
        known = [c for c in getattr(self._model.tokenizer.characters, "vocab", ()) if c.isalpha()]
        return "".join(known[:12]) or "a"

    def _note(self, z: Any, g: Any = None) -> Any:
        self._latent = (z, g)
        return z

    def _id(self, mark: str) -> int | None:
        try:
            number: int = self._model.tokenizer.characters.char_to_id(mark)
        except KeyError:
            return None
        return number

    def _choose(self, speaker: str) -> Any:
        if not self.speakers and not speaker:
            return None
        if not speaker:
            speaker = self.speakers[0]
        if speaker not in self.speakers:
            known = ", ".join(self.speakers[:5]) or "only the one without a name"
            raise RefusalError(f"unknown voice: no speaker '{speaker}' in it: name one of {known}")
        return torch.tensor([self._model.speaker_manager.name_to_id[speaker]])

    @_without_gradients
    def _encode(self, text: str, speed: float, speaker: Any) -> Any:
        """Latent frames and the decoder's condition; None where nothing is to be said."""
        ids = self._model.tokenizer.text_to_ids(text)
        if not set(ids) - self._speechless:
            return None
        torch.manual_seed(zlib.crc32(text.encode()))  # the same text sounds the same again
        self._model.length_scale = self._pace / speed
        device = next(self._decoder.parameters()).device
        x = torch.tensor([ids], device=device)
        lengths = torch.tensor([len(ids)], device=device)
        given = {"x_lengths": lengths, "speaker_ids": speaker, "d_vectors": None}
        language = 0 if getattr(self._model.args, "use_language_embedding", False) else None
        given["language_ids"] = None if language is None else torch.tensor([language])
        self._model.inference(x, aux_input=given)
        latent, self._latent = self._latent, None
        return latent

    @_without_gradients
    def _decode(self, z: Any, g: Any) -> Samples:
        wave: Samples = self._decoder(z, g=g).squeeze().float().cpu().numpy()
        return wave

    @_without_gradients
    def _reach(self, probe: int = 48) -> tuple[int, int]:
        """How many frames a sample depends on to either side, and how many samples a frame makes.

        Measured, as the layers of decoders differ: one of `probe` frames is changed, and where the
        sound changes with it is looked at.
        """
        device, middle = next(self._decoder.parameters()).device, probe // 2
        z = torch.zeros(1, self._decoder.conv_pre.in_channels, probe, device=device)
        condition = getattr(self._decoder, "cond_layer", None)
        g = torch.zeros(1, condition.in_channels, 1, device=device) if condition else None
        before = self._decode(z, g)
        z[:, :, middle] = 1.0
        changed = np.flatnonzero(self._decode(z, g) != before)
        hop = len(before) // probe
        if not len(changed) or not np.isfinite(before).all():
            raise RefusalError(
                "the voice's decoder makes no sound of what it is given: copy the voice anew"
            )
        reach = max(middle - changed[0] // hop, changed[-1] // hop - middle)
        if reach >= middle - 1:  # it may reach further than was looked
            return self._reach(2 * probe)
        return int(reach) + 1, hop


class Xtts:
    """XTTS: streams by itself, sounding all so far again with each chunk: pieces are short."""

    def __init__(self, folder: Path, config: Any, device: str) -> None:
        from TTS.tts.models.xtts import Xtts as Model

        for name in ("model.pth", "vocab.json", "speakers_xtts.pth"):
            _file(folder, name)
        self._model = Model(config)
        self._model.load_checkpoint(config, checkpoint_dir=str(folder), eval=True)
        self._model.to(device)
        self._languages: tuple[str, ...] = tuple(config.languages)
        self.sample_rate = int(self._model.args.output_sample_rate)
        self.speakers: list[str] = list(self._model.speaker_manager.speakers)

    def render(self, text: str, speed: float, speaker: str, language: str) -> Iterator[Samples]:
        """See the module."""
        language = language or self._languages[0]
        if language not in self._languages:
            raise RefusalError(
                f"unknown voice: XTTS does not speak '{language}': name one of "
                f"{', '.join(self._languages)} after the @"
            )
        speaker = speaker or self.speakers[0]
        if speaker not in self.speakers:
            known = ", ".join(self.speakers[:5])
            raise RefusalError(f"unknown voice: no speaker '{speaker}' in it: name one of {known}")
        latents = self._model.speaker_manager.speakers[speaker]
        torch.manual_seed(zlib.crc32(text.encode()))
        stream = self._model.inference_stream(
            text, language, latents["gpt_cond_latent"], latents["speaker_embedding"], speed=speed
        )
        for wave in stream:
            yield wave.float().cpu().numpy()

    def letters(self) -> str:
        """See `Vits.letters`."""
        return "a e i o"
