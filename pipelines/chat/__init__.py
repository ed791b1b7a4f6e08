"""A call in writing: the dialogue that answers the telephone, without any sound."""
