"""Carriers whose networks stream a call to us: Telnyx, Plivo, Vonage, Genesys Cloud."""
