"""Invented customers from one readable file, `demo.toml`: what the demonstration and tests talk to.

Write your own file of the same form and name it in the settings to try other situations.
"""

import asyncio
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.backoffice.demo_orders import DemoOrders
from pipelines.backoffice.protocol import NotFound, check_question, checked

DEMO = Path(__file__).with_name("demo.toml")


class DemoBackOffice:
    """Answers out of a TOML file; callbacks are remembered as long as the process lives.

    Args:
        path: the file; its form is explained in `demo.toml`.
        latency: seconds each answer takes, to hear what a slow back office does to a call.

    Raises:
        ValueError: the file is no TOML or lacks a customer's line.
    """

    def __init__(self, path: Path = DEMO, latency: float = 0.0) -> None:
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            self._customers = {str(c["line"]): c for c in data["customers"]}
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise ValueError(
                f"{path}: {error}; every [[customers]] needs a line (see demo.toml)"
            ) from None
        self._outages: list[dict[str, Any]] = data.get("outages", [])
        self._orders = DemoOrders(data)
        self._latency = latency
        self._callbacks: dict[tuple[str, str], dict[str, str]] = {}

    @property
    def lines(self) -> list[str]:
        """Every customer's line, in the order of the file."""
        return list(self._customers)

    @property
    def callbacks(self) -> list[dict[str, str]]:
        """Who is to be called back: number, time, queue and reason, in the order of booking."""
        return list(self._callbacks.values())

    async def fetch(self, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        """See `BackOffice.fetch`."""
        check_question(name, arguments)
        await asyncio.sleep(self._latency)
        if name == "callback":
            self._callbacks[arguments["number"], arguments["time"]] = dict(arguments)
            return checked(name, {"booked": True})
        if name == "shop":
            return checked(name, self._orders.shop(arguments["place"]))
        customer = self._customers.get(arguments["line"])
        if name == "verify":
            if customer is None or arguments["pin"] != customer["pin"]:
                return checked(name, {"verified": False})
            about = {key: customer[key] for key in ("name", "segment") if key in customer}
            return checked(name, {"verified": True, **about})
        if customer is None:
            raise NotFound("there is no such line")
        if name == "outage":
            return checked(name, self._outage(customer["area"], arguments["service"]))
        if name in self._orders:
            return checked(name, self._orders.fetch(name, customer, arguments))
        if name not in customer:
            raise NotFound(f"this line has no {name}")
        return checked(name, customer[name])

    def _outage(self, area: str, service: str) -> dict[str, Any]:
        for outage in self._outages:
            if outage["area"] == area and service in outage["services"]:
                return {"outage": True, **outage}
        return {"outage": False, "area": area}

    async def close(self) -> None:
        """Nothing to give back."""
