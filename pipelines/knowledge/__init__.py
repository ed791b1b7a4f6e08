"""The knowledge base: an operator's pages, and what of them answers a question."""

from pipelines.knowledge.base import Found, Knowledge
from pipelines.knowledge.lexicon import Lexicon
from pipelines.knowledge.pages import KnowledgeError

__all__ = ["Found", "Knowledge", "KnowledgeError", "Lexicon"]
