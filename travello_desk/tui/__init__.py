"""The screen of the desk: Textual only. Knows operations and the store's reads; may not decide anything about money."""
