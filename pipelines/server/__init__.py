"""The HTTP and WebSocket server, and what guards it."""
