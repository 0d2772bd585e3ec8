"""The peer: the same durable work per webhook in Django, as a competent team would write it."""
