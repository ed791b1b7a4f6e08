"""What a language model may say, and what it may not: cases on the example pages."""

import tomllib
from pathlib import Path

import pytest

from agent.gate import GateRules, Verdict, check
from tests.agent.gate_cases import BAD, FACTS, FAITHFUL
