"""Programs that benchmarks.desk starts in a terminal, and the line that one of them shows."""


def floor_words(typed: str) -> str:
    """What the floor app answers, and what is waited for."""
    return f"STATUS ready: {typed}."
