"""Twilio's REST interface, with the account's calls behind it.

Source: twilio.com/docs/voice/api/call-resource. A test sets `refuses` (a status) or `delay`
(seconds) to have it fail as it may.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tests.pipelines.lines.telephony.twilio_network import Call, Room
from tests.pipelines.lines.telephony.twilio_phone import Phone
from tests.pipelines.lines.telephony.twilio_stream import ACCOUNT, TOKEN
from tests.pipelines.lines.telephony.twilio_telephones import Caller, Person
from tests.pipelines.server import Server, eventually
from tests.pipelines.server import _Uvicorn as Uvicorn

_EXPECTED = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()


class Account:
    """One account. `port` is where its webhooks are."""

    def __init__(self) -> None:
        self.port = 0
        self.url = ""
        self.rooms: dict[str, Room] = {}
        self.tells_all = False
        self.calls: dict[str, Call] = {}
        self.people: list[Person] = []  # who was rung, in turn
        self.asked: list[str] = []  # what was asked for, in turn
        self.refuses = 0
        self.delay = 0.0  # before anything is done
        self.late = 0.0  # after it was done, before that is said
        self.leaves: Person | None = None  # somebody who does so just before the caller comes
        self._ringing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def caller(self, server: Server) -> AsyncIterator[Caller]:
        """A caller, from ringing until they hang up."""
        self.port = server.port
        caller = Caller(self, Phone(server))
        self.calls[caller.sid] = caller
        caller.ring()
        try:
            await eventually(lambda: sum(caller.phone.bursts) > 1_000)
            yield caller
        finally:
            for call in self.calls.values():
                await call.over()
        failed = [call.task for call in self.calls.values() if call.task]
        for task in failed:
            if not task.cancelled():
                task.result()

    async def before_room(self, call: Call) -> None:
        """See twilio_network.Network."""
        if isinstance(call, Caller) and self.leaves is not None:
            await self.leaves.over()

    async def person(self, number: int = 1) -> Person:
        """Whose telephone rings, once it does."""
        await eventually(lambda: len(self.people) >= number)
        return self.people[number - 1]

    def create(self, form: dict[str, list[str]]) -> JSONResponse:
        """A call is to be made."""
        self.asked.append("ring")
        if not form["To"][-1].startswith(("+", "sip:")):
            return JSONResponse({"code": 21211, "message": "Invalid 'To' Phone Number"}, 400)
        person = Person(self, form)
        self.calls[person.sid] = person
        self.people.append(person)
        task = asyncio.create_task(person.status("ringing", "ringing"))
        self._ringing.add(task)
        task.add_done_callback(self._ringing.discard)
        return JSONResponse({"sid": person.sid, "status": "queued"}, 201)

    async def update(self, sid: str, form: dict[str, list[str]]) -> JSONResponse:
        """A call is to do something else."""
        self.asked.append("Status" if "Status" in form else "Url")
        call = self.calls.get(sid)
        if call is None:
            return JSONResponse({"code": 20404, "message": "not found"}, 404)
        if call.done.is_set():
            return JSONResponse({"code": 21220, "message": "Call is not in-progress"}, 400)
        if "Status" in form:
            ringing = isinstance(call, Person) and not call.answered
            await call.over("canceled" if ringing else "completed")
        else:
            call.carry_out(call.document(form["Url"][-1]))
        return JSONResponse({"sid": sid})


@asynccontextmanager
async def twilio_account() -> AsyncIterator[Account]:
    """An account, whose REST interface is at `url`."""
    app, account = FastAPI(), Account()
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Calls"

    @app.post(path + "{rest:path}")
    async def post(rest: str, request: Request) -> JSONResponse:
        form = parse_qs((await request.body()).decode())
        await asyncio.sleep(account.delay)
        if account.refuses:
            return JSONResponse({"code": 20500, "message": "no"}, account.refuses)
        if request.headers.get("authorization") != _EXPECTED:
            return JSONResponse({"code": 20003, "message": "Authenticate"}, 401)
        if rest == ".json":
            answer = account.create(form)
            await asyncio.sleep(account.late)
            return answer
        return await account.update(rest.removeprefix("/").removesuffix(".json"), form)

    server = Uvicorn(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    account.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield account
    finally:
        server.should_exit = True
        await running
