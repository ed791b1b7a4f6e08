"""Processor time: all of it is counted, and divided among the calls of its time."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.engines.cpu_time import CpuShares, cpu_seconds

BUSY = 0.2  # s that a worker of ours computes
WORKER = f"""
import subprocess, sys, time
if sys.argv[1] == "above":
    below = subprocess.Popen([sys.executable, *sys.orig_argv[1:-1], "below"], stdin=subprocess.PIPE)
while time.process_time() < {BUSY}:
    pass
print("done", flush=True)
sys.stdin.read()
"""


def test_calls_that_go_on_at_once_share_what_is_used() -> None:
    used = 10.0
    shares = CpuShares(lambda: used)
    used += 5  # nobody calls
    one = shares.begin()
    used += 2
    other = shares.begin()
    used += 4
    assert shares.end(one) == pytest.approx(2 + 2)
    used += 1
    assert shares.end(other) == pytest.approx(2 + 1)
    used += 3
    assert shares.end(shares.begin()) == 0.0


def test_a_worker_that_vanished_takes_nothing_back() -> None:
    used = 10.0
    shares = CpuShares(lambda: used)
    call = shares.begin()
    used -= 1
    assert shares.end(call) == 0.0


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="no /proc")
def test_workers_and_theirs_are_counted_alive_and_ended() -> None:
    before = cpu_seconds()
    own = time.process_time()
    command = [sys.executable, "-c", WORKER, "above"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert [worker.stdout.readline() for _ in range(2)] == [b"done\n"] * 2
        alive = cpu_seconds() - before - (time.process_time() - own)
    ended = cpu_seconds() - before - (time.process_time() - own)
    assert alive >= 2 * BUSY - 0.05  # the kernel counts in hundredths
    assert ended >= BUSY - 0.05
