"""The caller: a script. They do what they are asked to, and say what their phone then shows.

They say nothing that their task's scenario or their phone does not tell them. What the agent means
they take from the acts it says, not from its words: they understand it perfectly.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from pipelines.bench.tau2.phone import Phone
from pipelines.bench.tau2.tasks import Task
from pipelines.bench.tau2.world import World

_MODE = "4g_5g_preferred"
_FRUSTRATED = "That is a bit frustrating."


class Caller:
    """Who calls for a task; `world` has their phone."""

    def __init__(self, task: Task, world: World) -> None:
        instructions = task.user_scenario.instructions
        self._issue = task.issue
        self._reason = instructions.reason_for_call
        self._knows = instructions.known_info
        self._wants = instructions.task_instructions
        self._world = world
        self._done = 0  # things done that they were asked for
        self._failures = 0  # readings after one that were not good

    def does(self, topics: Iterable[str]) -> None:
        """Carry out what was asked for; `topics` are tellings, in order."""
        for topic in topics:
            for name, arguments in _asked(topic, self._world.phone):
                self._world.use_phone(name, **arguments)
                self._done += 1

    def says(self, question: str) -> str:
        """The answer to a question, by its name; "" where they have none."""
        match question.split(":", 2):
            case ["" | "open"]:
                return first_person(self._reason)
            case ["line"]:
                return f"It is {self._number}"
            case ["more"]:
                return "no thank you"
            case ["confirm", "flow", flow]:
                return "yes" if flow == self._issue else "no"
            case ["confirm", "line", value]:
                return "yes" if value == re.sub(r"\D", "", self._number) else "no"
            case ["confirm", *_]:
                return "no"
            case [slot]:
                return self._scenario(slot) or self._reading(slot)
        return ""

    @property
    def _number(self) -> str:
        found = re.search(r"[\d-]{7,}", self._knows)
        return found.group() if found else ""

    def _scenario(self, slot: str) -> str:
        """What the scenario tells, and nothing else: "" where it does not."""
        match slot:
            case "abroad" if "abroad" in self._knows:
                return "Yes, I am abroad"
            case "abroad" if "at home" in self._knows:
                return "No, I am at home"
            case "pay":
                return "yes" if "pay a bill, you accept" in self._wants else "no"
            case "more_data":
                willing = "willing to refuel" in self._wants
                return "I would like to refuel data" if willing else "neither"
            case "gigabytes" if found := re.search(r"refuel ([\d.]+) GB", self._wants):
                return f"{found.group(1)} gigabytes"
            case "agreed":
                return "yes" if "willing to refuel" in self._wants else "no"
            case "paid":
                return "yes" if self._world.phone.around.payment_request is None else "no"
        return ""

    def _reading(self, slot: str) -> str:
        """What the phone shows now."""
        what = slot.partition("_")[0]
        name = slot if slot in READINGS else what
        if name not in READINGS:
            return "I do not know"
        phone = self._world.phone
        answer = READINGS[name](phone)
        if name in _GOOD and self._done and not _GOOD[name](phone):
            self._failures += 1
            if self._failures == 1:  # "express mild frustration after the first attempt"
                return f"{answer}. {_FRUSTRATED}"
        return answer


def first_person(text: str) -> str:
    """The first sentence of a scenario, as the caller says it of themselves."""
    said = text.partition(". ")[0].rstrip(".")
    said = said.replace("You mobile data", "Your mobile data")  # as some scenarios have it
    for theirs, own in (("You are", "I am"), ("Your", "My"), ("your", "my"), ("You", "I")):
        said = re.sub(rf"\b{theirs}\b", own, said)
    return said


def _on(state: bool) -> str:
    return "It is on" if state else "It is off"


def _yes(state: bool) -> str:
    return "yes" if state else "no"


def _speed(phone: Phone) -> str:
    mbit, named = phone.speed
    return f"It says {mbit:g} megabits per second, {named}" if mbit else f"It says {named}"


def _permissions(phone: Phone) -> bool:
    may = phone.permissions.get("messaging", {})
    return may.get("storage", False) and may.get("sms", False)


_SIM = {
    "active": "It is active and working",
    "missing": "No SIM card detected",
    "locked_pin": "It is locked with a PIN code",
    "locked_puk": "It is locked with a PUK code",
}
_MODES = {
    "4g_5g_preferred": "4G and 5G preferred",
    "4g_only": "4G only",
    "3g_only": "3G only",
    "2g_only": "2G only",
}

# What each question asks for, read off the phone.
READINGS: Mapping[str, Callable[[Phone], str]] = {
    "bar": lambda phone: f"It shows {phone.status_bar}",
    "speed": _speed,
    "mms": lambda phone: _yes(phone.can_send_mms),
    "airplane": lambda phone: f"Airplane mode is {'on' if phone.airplane_mode else 'off'}",
    "sim": lambda phone: _SIM[phone.sim_status],
    "roaming": lambda phone: _on(phone.roaming_enabled),
    "data": lambda phone: f"Mobile data is {'on' if phone.data_enabled else 'off'}",
    "saver": lambda phone: _on(phone.data_saver),
    "mode": lambda phone: _MODES[phone.mode],
    "network": lambda phone: phone.technology or "None at all",
    "vpn": lambda phone: "It is connected" if phone.vpn else "It is off",
    "wifi_calling": lambda phone: _on(phone.wifi_calling),
    "permissions": lambda phone: _yes(_permissions(phone)),
    "mmsc": lambda phone: _yes(phone.mmsc_url),
}
_GOOD: Mapping[str, Callable[[Phone], bool]] = {
    "bar": lambda phone: phone.connected,
    "speed": lambda phone: phone.speed[1] == "excellent",
    "mms": lambda phone: phone.can_send_mms,
}


def _asked(topic: str, phone: Phone) -> list[tuple[str, dict[str, str]]]:
    """The tools to use for what a telling asks for; a switch is not touched that is right."""
    reset: list[tuple[str, dict[str, str]]] = [("reset_apn_settings", {}), ("reboot_device", {})]
    switch = {
        "airplane_off": ("toggle_airplane_mode", phone.airplane_mode),
        "roaming_on": ("toggle_roaming", not phone.roaming_enabled),
        "data_on": ("toggle_data", not phone.data_enabled),
        "saver_off": ("toggle_data_saver_mode", phone.data_saver),
        "wifi_calling_off": ("toggle_wifi_calling", phone.wifi_calling),
    }
    if topic in switch:
        name, wrong = switch[topic]
        return [(name, {})] if wrong else []
    match topic:
        case "reseat_sim":
            return [("reseat_sim_card", {})]
        case "reset_apn" | "reset_mmsc":
            return reset
        case "line_resumed":
            return [("reboot_device", {})]
        case "newer_mode" | "newer_network":
            return [("set_network_mode_preference", {"mode": _MODE})]
        case "vpn_off":
            return [("disconnect_vpn", {})]
        case "grant_permissions":
            grants = ("storage", "sms")
            return [
                ("grant_app_permission", {"app_name": "messaging", "permission": each})
                for each in grants
            ]
        case "payment_request":
            return [("make_payment", {})]
    return []
