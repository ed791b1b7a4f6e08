"""Waxtaan that hangs when it is sent SIGUSR1: `python -m tests.pbx.hanging serve`."""

import signal
import time

from pipelines.__main__ import main

if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, lambda *_: time.sleep(3600))  # in the event loop's thread
    main()
