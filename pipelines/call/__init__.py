"""One call, from the open line to the closed one."""
