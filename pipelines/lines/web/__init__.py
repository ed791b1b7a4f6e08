"""Calls from the web page and from every pipecat client: RTVI over a WebSocket."""
