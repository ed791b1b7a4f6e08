"""Language models behind OpenAI-compatible servers, and what they are asked."""
