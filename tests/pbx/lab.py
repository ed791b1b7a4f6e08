"""Two network namespaces, a real Asterisk in one of them with the configuration of docker/asterisk.

`PBX` (10.99.0.1) holds Asterisk and Waxtaan; `PHONES` (10.99.0.2 and up) the telephones. Nothing in
them reaches outside.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CONFIGURATION = ROOT / "docker" / "asterisk"
PBX, PHONES = f"waxtaan-pbx-{os.getpid()}", f"waxtaan-tel-{os.getpid()}"  # runs side by side
PBX_ADDRESS = "10.99.0.1"
CALLER_ADDRESS, PERSON_ADDRESS, SECOND_ADDRESS = "10.99.0.2", "10.99.0.3", "10.99.0.4"
PERSON_PORT = 5062
NOBODY = 65534
SECRET = "only-for-this-lab"
HANG = 180.0  # s: what takes longer will not come; no test is about less
VALUES = {
    "SIP_ADDRESS": PBX_ADDRESS,
    "PUBLIC_ADDRESS": PBX_ADDRESS,
    "RTP_FIRST": "20000",
    "RTP_LAST": "29999",
    "TRUNK_BY": "udp",
    "TRUNK_ADDRESS": CALLER_ADDRESS,
    "TRUNK_FROM": CALLER_ADDRESS,
    "PHONES_BY": "udp",
    "AGENT_HOST": "127.0.0.1",
    "ARI_ADDRESS": "127.0.0.1",
    "PEOPLE": "PJSIP/agent1",
    "ASTERISK_PASSWORD": SECRET,
    "ARI_PASSWORD": SECRET,
    "PERSON_PASSWORD": SECRET,
}
_EMPTY = ("acl", "ccss", "cdr", "cel", "features", "udptl", "pjproject")
_DIRECTORIES = """[directories]
astetcdir => {etc}
astmoddir => {root}/usr/lib/{machine}-linux-gnu/asterisk/modules
astvarlibdir => {var}
astdbdir => {var}
astkeydir => {var}
astdatadir => {root}/usr/share/asterisk
astagidir => {var}
astspooldir => {var}/spool
astrundir => {run}
astlogdir => {var}/log
[options]
verbose = 3
systemname = lab
"""
# The person's telephone is where the tests put it: by UDP it need not register.
_PERSON = f"max_contacts=1\ncontact=sip:agent1@{PERSON_ADDRESS}:{PERSON_PORT}"
# Waxtaan over AudioSocket; either bridge without a jitter buffer; plain echo, with and without one.
_DIALPLAN = """
[from-trunk](+)
exten => 2000,1,Set(WAXTAAN_BY=audiosocket)
 same => n,Goto(waxtaan,8000,1)
exten => _300[01],1,Answer()
 same => n,Set(WAXTAAN_CALL=${UUID()})
 same => n,Set(WAXTAAN_DID=8000)
 same => n,Set(WAXTAAN_BY=${IF($[${EXTEN} = 3001]?audiosocket:websocket)})
 same => n,Goto(waxtaan-talk,${WAXTAAN_BY},1)
exten => 4000,1,Answer()
 same => n,Echo()
exten => 4001,1,Answer()
 same => n,Set(JITTERBUFFER(adaptive)=default)
 same => n,Echo()
"""


def queues(policy: str) -> str:
    """An escalation.toml whose queues ring the lab's telephone, at any hour."""
    always = re.sub(r"^hours = .*\n", "", policy, flags=re.MULTILINE)
    return re.sub(r"(\[queues\.\w+\]\n)", r'\1ring = ["PJSIP/agent1"]\nring_seconds = 5\n', always)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def networks() -> Iterator[None]:
    """The namespaces and the wire between them."""
    for name in (PBX, PHONES):
        _run("ip", "netns", "add", name)
        _run("ip", "-n", name, "link", "set", "lo", "up")
    try:
        _run(*f"ip link add wx0 netns {PBX} type veth peer name wx1 netns {PHONES}".split())
        _run("ip", "-n", PBX, "addr", "add", f"{PBX_ADDRESS}/24", "dev", "wx0")
        for address in (CALLER_ADDRESS, PERSON_ADDRESS, SECOND_ADDRESS):
            _run("ip", "-n", PHONES, "addr", "add", f"{address}/24", "dev", "wx1")
        _run("ip", "-n", PBX, "link", "set", "wx0", "up")
        _run("ip", "-n", PHONES, "link", "set", "wx1", "up")
        yield
    finally:
        for name in (PBX, PHONES):
            _run("ip", "netns", "delete", name)


@contextmanager
def running(program: Path) -> Iterator["Asterisk"]:
    """A PBX with the configuration that operators start from, in its network."""
    # Not one of pytest's folders: Asterisk runs as nobody, and could not get there.
    with networks(), tempfile.TemporaryDirectory(prefix="waxtaan-pbx-") as folder:
        asterisk = Asterisk(program, Path(folder))
        asterisk.configure(VALUES)
        asterisk.start()
        try:
            yield asterisk
        finally:
            asterisk.kill()


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """Sockets opened in this thread meanwhile are the namespace's (setns(2))."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        _setns(there)
        yield
    finally:
        _setns(here)
        os.close(here)
        os.close(there)


def _setns(descriptor: int) -> None:
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, 0x40000000):  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "setns")


@dataclass
class Asterisk:
    """A running PBX. `folder` holds its configuration, state and logs."""

    program: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def configure(self, values: Mapping[str, str]) -> None:
        """The configuration of docker/asterisk with its @NAMES@ filled in, and the lab's own."""
        etc, run, var = (self.folder / name for name in ("etc", "run", "var"))
        for each in (etc, run, var / "spool" / "recording", var / "log"):
            each.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [CONFIGURATION / "fill.sh", CONFIGURATION, etc],
            env={"PATH": os.environ["PATH"], **values},
            check=True,
        )
        for name in _EMPTY:
            (etc / f"{name}.conf").write_text("[general]\n" if name != "acl" else "")
        machine = os.uname().machine
        root = self.program.parent / "root"
        (etc / "asterisk.conf").write_text(
            _DIRECTORIES.format(etc=etc, run=run, var=var, root=root, machine=machine)
        )
        if values["PHONES_BY"] == "udp":
            people = (etc / "people.conf").read_text()
            (etc / "people.conf").write_text(people.replace("max_contacts=1", _PERSON))
        (etc / "extensions.conf").write_text((etc / "extensions.conf").read_text() + _DIALPLAN)
        (etc / "logger.conf").write_text("[logfiles]\nfull => notice,warning,error,verbose(4)\n")
        for each in (self.folder, *self.folder.rglob("*")):
            shutil.chown(each, NOBODY, NOBODY)

    def start(self) -> None:
        """Start it, unprivileged, and wait until it is ready."""
        command = [str(self.program), "-C", str(self.folder / "etc/asterisk.conf"), "-f"]
        nobody = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
        with (self.folder / "console.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", PBX, *nobody, *command],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        deadline = time.monotonic() + HANG
        while self.process.poll() is None and time.monotonic() < deadline:
            if "fully booted" in self.says("core waitfullybooted"):
                return
            time.sleep(0.1)
        raise RuntimeError(f"Asterisk does not start: see {self.folder}/console.log")

    def says(self, command: str) -> str:
        """What its console answers."""
        configuration = str(self.folder / "etc/asterisk.conf")
        found = subprocess.run(
            [str(self.program), "-C", configuration, "-rx", command],
            capture_output=True,
            text=True,
        )
        return found.stdout

    @property
    def channels(self) -> list[str]:
        """The names of the channels that are up."""
        lines = self.says("core show channels concise").splitlines()
        return [line.split("!")[0] for line in lines if "!" in line]

    def log(self) -> str:
        """All that it logged."""
        return (self.folder / "var/log/full").read_text(errors="replace")

    def kill(self) -> None:
        """As a crash would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    stop = kill
