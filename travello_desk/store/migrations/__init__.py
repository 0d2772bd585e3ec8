"""Numbered migrations, run by playhouse.migrations at start. A landed file is never edited; write the next number."""
