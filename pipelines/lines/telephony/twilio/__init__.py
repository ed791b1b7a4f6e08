"""Twilio: Media Streams, and people rung through its REST interface."""
