"""The verbs of the desk, each in its own file. All money moves through here and ends in one durable transaction."""
