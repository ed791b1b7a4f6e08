"""The configured language model, asked for one batch after another."""

from collections.abc import Mapping, Sequence

from pipelines.circuit_breaker import Breaker
from pipelines.engines.llm.chat import whole
from pipelines.engines.llm.endpoint import Endpoint, Refused
from pipelines.engines.llm.engine import EngineError
from pipelines.engines.llm.timeouts import Timeouts
from pipelines.settings import Settings
from pipelines.translating.batches import Brief, Unusable, Wanted, parse, prompt_tokens


class Model:
    """Its servers, in the order of the settings; the next one takes over from one that fails.

    Raises:
        EngineError: none is configured.
    """

    def __init__(self, settings: Settings, brief: Brief) -> None:
        if settings.llm == "none":
            raise EngineError(
                "no language model is configured: set WAXTAAN_LLM=vllm and WAXTAAN_LLM_URLS"
            )
        self._brief, self._model = brief, settings.llm_model
        self._patience, self._first = settings.llm_draft_patience, settings.llm_patience
        key = settings.llm_key.get_secret_value()
        failures, rest = settings.llm_breaker_failures, settings.llm_breaker_rest
        urls = settings.llm_urls
        self._endpoints = [Endpoint(url, key, Breaker(failures, rest)) for url in urls]
        self.asked = 0  # requests
        self.tokens = 0  # of requests and answers, as the servers count them

    @property
    def name(self) -> str:
        """As the server names it."""
        return self._model or self._endpoints[0].model

    async def reach(self) -> None:
        """Put a server that answers first.

        Raises:
            EngineError: none does.
        """
        failure = EngineError("llm_urls is empty: set WAXTAAN_LLM_URLS")
        for endpoint in list(self._endpoints):
            try:
                names = await endpoint.models(within=self._first)
            except EngineError as error:
                failure = error
                self._endpoints.append(self._endpoints.pop(0))
                continue
            if self._model and self._model not in names:
                raise EngineError(
                    f"{endpoint.url}: has no model '{self._model}'; it has {', '.join(names)}: "
                    "see llm_model"
                )
            return
        raise EngineError(f"{failure} Start it, or set WAXTAAN_LLM_URLS to where it runs")

    async def draft(self, batch: Sequence[Wanted], glossary: Mapping[str, str]) -> list[list[str]]:
        """The lines of each part as the model wrote them.

        Raises:
            Unusable: the answer is not what was asked for.
            EngineError: no server answers, each asked again once.
        """
        ask = self._brief.ask(batch, glossary, self._model)
        failure = EngineError("no server")
        for endpoint in (*self._endpoints, *self._endpoints):
            patience = Timeouts(self._patience, self._patience, self._patience)
            try:
                answer = await whole(endpoint.answer(ask, patience))
            except Refused as error:
                raise EngineError(
                    f"{endpoint.url}: {error}. It was asked for an answer of up to {ask.limit} "
                    f"tokens after some {prompt_tokens(ask)}: serve the model with room for both"
                ) from error
            except EngineError as error:
                failure = error
                continue
            self.asked += 1
            self.tokens += answer.prompt_tokens + answer.answer_tokens
            if answer.finish == "length":
                raise Unusable(f"its answer was cut off after {ask.limit} tokens")
            return parse(answer.text, batch)
        raise failure

    async def close(self) -> None:
        """End all connections."""
        for endpoint in self._endpoints:
            await endpoint.close()
