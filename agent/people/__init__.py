"""When a person takes over, who that is, and how they are reached."""
