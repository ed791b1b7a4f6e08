"""Use cases as graphs, drawn from their code: what is asked, looked up and said after what."""
