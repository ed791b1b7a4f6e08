"""Quality assurance: what became of calls, what changed between versions, what may go out."""
