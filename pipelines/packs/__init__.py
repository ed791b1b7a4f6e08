"""What lies under `prompts/`: language packs, escalation policy, and the reader of both."""
