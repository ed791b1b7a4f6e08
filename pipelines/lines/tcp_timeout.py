"""Who stops reading keeps no connection for ever."""

import socket

_BUFFERED = 5.0  # s of audio that buffers take before a write stalls, and then some


def set_timeout(listener: socket.socket, stalled: float) -> None:
    """End connections to it whose other end takes nothing for `stalled` seconds and a few more.

    Linux's TCP_USER_TIMEOUT (RFC 5482); elsewhere nothing is done.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        patience = int((stalled + _BUFFERED) * 1000)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience)
