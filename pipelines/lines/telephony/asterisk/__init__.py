"""Asterisk: sound over chan_websocket or AudioSocket, people rung through ARI."""
