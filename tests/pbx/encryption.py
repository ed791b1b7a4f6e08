"""What an encrypted call takes: certificates, a telephone of others, an ear on the wire."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.pbx import lab

_CONFIGURATION = """sip_listen {address}:{port}
sip_cafile {keys}/ca.crt
sip_verify_server yes
call_local_timeout 20
audio_source aufile,{voice}
audio_player aufile,{folder}/heard.wav
audio_alert aufile,/dev/null
ausrc_srate 8000
auplay_srate 8000
rtp_ports 30000-30100
jitter_buffer_type off
module_path {root}/usr/lib/baresip/modules
module g711.so
module aufile.so
module srtp.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
"""


def certify(keys: Path, address: str) -> None:
    """An authority, ca.crt, and what it says of a PBX at an address, pbx.crt with pbx.key."""
    keys.mkdir()

    def openssl(command: str) -> None:
        subprocess.run(["openssl", *command.split()], cwd=keys, check=True, capture_output=True)

    curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    openssl(f"req -x509 {curve} -keyout ca.key -out ca.crt -subj /CN=lab")
    openssl(
        f"req -x509 {curve} -keyout pbx.key -out pbx.crt -subj /CN=pbx -CA ca.crt -CAkey ca.key"
        f" -addext subjectAltName=IP:{address} -addext basicConstraints=CA:FALSE"
    )


def _leave_from(address: str) -> None:
    """Which of the telephones' addresses TCP connections come from; baresip cannot choose."""
    route = f"ip -n {lab.PHONES} route replace 10.99.0.0/24 dev wx1 src {address}"
    subprocess.run(route.split(), check=True)


@dataclass
class Baresip:
    """A telephone of others, https://github.com/baresip/baresip: `folder` is its own."""

    program: Path
    folder: Path
    keys: Path  # with the authority that it trusts
    voice: Path  # what it says, WAV; at its end it hangs up
    address: str = lab.CALLER_ADDRESS
    user: str = "770001234"
    account: str = ""  # more of it, from ";" on: auth_pass, mediaenc
    dials: str = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """On its own address; it dials at once where it is to dial."""
        given = {
            "address": self.address,
            "port": 5060,
            "keys": self.keys,
            "voice": self.voice,
            "folder": self.folder,
            "root": self.program.parent / "root",
        }
        (self.folder / "config").write_text(_CONFIGURATION.format(**given))
        (self.folder / "accounts").write_text(
            f"<sip:{self.user}@{lab.PBX_ADDRESS};transport=tls>{self.account}\n"
        )
        command = ["ip", "netns", "exec", lab.PHONES, str(self.program)]
        command += ["-s", "-f", str(self.folder)]
        if self.dials:
            command += ["-e", f"/dial {self.dials}"]
        _leave_from(self.address)
        with (self.folder / "console.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            yield
        finally:
            process.terminate()  # it hangs up
            await process.wait()
            _leave_from(lab.CALLER_ADDRESS)

    def said(self) -> str:
        """Its console, with the SIP that it sent and took."""
        return (self.folder / "console.log").read_text(errors="replace")

    def heard(self) -> Path:
        """What it heard, WAV; complete once it has ended."""
        return self.folder / "heard.wav"


@dataclass
class Wire:
    """What is between the PBX and the telephones, as IPv4 packets."""

    packets: list[bytes] = field(default_factory=list)

    def take(self, packet: bytes) -> None:
        """One, of any kind."""
        if packet[0] >> 4 == 4:
            self.packets.append(packet)

    def carried(self, protocol: int, port: int = 0) -> list[bytes]:
        """What UDP (17) or TCP (6) packets held, those from or to a port or all."""
        found = []
        for packet in self.packets:
            length = (packet[0] & 15) * 4
            ports = [int.from_bytes(packet[length + i : length + i + 2], "big") for i in (0, 2)]
            if packet[9] == protocol and (not port or port in ports):
                head = 8 if protocol == 17 else (packet[length + 12] >> 4) * 4
                found.append(packet[length + head : int.from_bytes(packet[2:4], "big")])
        return found


@contextmanager
def listening() -> Iterator[Wire]:
    """All packets from now on."""
    wire, loop = Wire(), asyncio.get_running_loop()
    with lab.inside(lab.PHONES):
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))  # both ways
    tap.setblocking(False)
    loop.add_reader(tap, lambda: wire.take(tap.recv(65_535)))
    try:
        yield wire
    finally:
        loop.remove_reader(tap)
        tap.close()
