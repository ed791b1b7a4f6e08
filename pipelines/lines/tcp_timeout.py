"""Who stops reading keeps no connection for ever."""

import socket

_BUFFERED = 15.0  # s; audio fills a connection's buffers for five or more before a write stalls


def set_timeout(listener: socket.socket, stalled: float) -> None:
    """End connections to it whose other end takes nothing for `stalled` seconds and 15 more.

    Writes are timed by their call; this ends connections that have none, or whose writes are
    interrupted again and again.

    Linux's TCP_USER_TIMEOUT (RFC 5482); elsewhere nothing is done.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        patience = int((stalled + _BUFFERED) * 1000)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience)
