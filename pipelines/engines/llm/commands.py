"""What a language model may propose: a closed list, as a JSON schema and checked again on arrival.

The schema binds what the server's model can write at all (only listed use cases, details and
values); it is not part of the prompt, so the prompt's beginning stays the same for every turn. A
server that ignores the schema gains nothing: what is not on the list is an error here.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.ladder.proposals import IN_WORDS
from pipelines.engines.llm.engine import EngineError, Question

MOST = 3  # commands in one proposal: a wish and its details
LONGEST = 4096  # characters of an answer that is looked at
NUMBER = r"[0-9]{1,20}"  # a detail without a list of values is a number
WORDS = 100  # characters of a detail that is told in the caller's words

OTHER = "other"  # the page of a question that none of those listed is about

_PlainName: TypeAlias = Literal[
    "affirm",
    "deny",
    "repeat",
    "slower",
    "cancel",
    "help",
    "goodbye",
    "chitchat",
    "out_of_scope",
    "not_understood",
]
_SignalName: TypeAlias = Literal["person", "emergency", "anger", "leaving"]
PLAIN: tuple[str, ...] = get_args(_PlainName)
SIGNALS: tuple[str, ...] = get_args(_SignalName)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _StartFlow(_Strict):
    command: Literal["start_flow"]
    flow: str


class _Detail(_Strict):
    command: Literal["set_slot", "correct"]
    slot: str
    value: str


class _Signal(_Strict):
    command: Literal["signal"]
    signal: _SignalName


class _AskKnowledge(_Strict):
    command: Literal["ask_knowledge"]
    page: str = OTHER


class _Plain(_Strict):
    command: _PlainName


_Command: TypeAlias = Annotated[
    _StartFlow | _Detail | _Signal | _AskKnowledge | _Plain, Field(discriminator="command")
]


class _Answer(_Strict):
    commands: list[_Command] = Field(min_length=1, max_length=MOST)


def schema(question: Question) -> dict[str, Any]:
    """The JSON schema of the answers that the state of the call allows."""
    choices = [
        _object(command=list(PLAIN)),
        _object(command=["signal"], signal=list(SIGNALS)),
        _object(command=["ask_knowledge"], page=[*question.pages, OTHER]),
    ]
    if question.flows:
        choices.append(_object(command=["start_flow"], flow=list(question.flows)))
    for slot, values in question.slots.items():
        choices.append(_object(command=["set_slot", "correct"], slot=[slot], value=list(values)))
    items = {"type": "array", "items": {"anyOf": choices}, "minItems": 1, "maxItems": MOST}
    return {
        "type": "object",
        "properties": {"commands": items},
        "required": ["commands"],
        "additionalProperties": False,
    }


def _object(**fields: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _value(values) for name, values in fields.items()},
        "required": list(fields),
        "additionalProperties": False,
    }


def _value(values: list[str]) -> dict[str, Any]:
    if not values:
        return {"type": "string", "pattern": f"^{NUMBER}$"}
    if tuple(values) == IN_WORDS:
        return {"type": "string", "minLength": 1, "maxLength": WORDS}
    return {"type": "string", "enum": values}


def parse(answer: str, question: Question) -> tuple[dict[str, Any], ...]:
    """The commands of an answer, checked against what `question` allows.

    A page is named as sources name it, "" where none of those listed was meant.

    Raises:
        EngineError: it is not JSON, or holds something that is not on the list. The answer itself
            may repeat the caller's words, so no error tells it.
    """
    if len(answer) > LONGEST:
        raise EngineError(f"the language model's proposal is longer than {LONGEST} characters")
    try:
        commands = _Answer.model_validate_json(answer).commands
    except ValidationError as error:
        kinds = ", ".join(sorted({str(e["type"]) for e in error.errors(include_input=False)}))
        raise EngineError(f"the language model's answer is no proposal ({kinds})") from None
    for command in commands:
        _require(command, question)
    return tuple(_plain_data(command, question) for command in commands)


def _plain_data(command: BaseModel, question: Question) -> dict[str, Any]:
    data = command.model_dump()
    if isinstance(command, _AskKnowledge):
        data["page"] = question.pages.get(command.page, "")
    return data


def _require(command: BaseModel, question: Question) -> None:
    match command:
        case _StartFlow(flow=flow) if flow not in question.flows:
            raise EngineError("the language model proposed a use case that was not offered to it")
        case _Detail(slot=slot, value=value) if not _fits(value, question.slots.get(slot)):
            raise EngineError("the language model proposed a detail that was not asked for")
        case _AskKnowledge(page=page) if page != OTHER and page not in question.pages:
            raise EngineError("the language model proposed a page that was not shown to it")


def _fits(value: str, values: tuple[str, ...] | None) -> bool:
    if values is None:
        return False
    if values == IN_WORDS:
        return 0 < len(value) <= WORDS
    number = value.isascii() and value.isdigit() and len(value) <= 20
    return value in values if values else number


def named(name: str) -> Mapping[str, str] | None:
    """The command that an example's name stands for ("start_flow bill"); None where none does."""
    match name.split():
        case ["start_flow", flow]:
            return {"command": "start_flow", "flow": flow}
        case ["signal", signal] if signal in SIGNALS:
            return {"command": "signal", "signal": signal}
        case ["ask_knowledge"]:
            return {"command": "ask_knowledge", "page": OTHER}
        case [plain] if plain in PLAIN:
            return {"command": plain}
    return None
