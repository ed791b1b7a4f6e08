"""Figures of telephone calls, with the real programs: `make bench-phone`.

Asterisk with the operator's configuration, Waxtaan on its embedded engines, and SIP telephones,
each in its network namespace, all on this machine.
"""
