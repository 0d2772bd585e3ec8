"""The screen of the desk: Textual only. Knows operations and the store's reads; may not decide anything about money.

Textual reads its frame rate when it is first imported: 120 a second halve the time from a key to its paint.
"""

import os

os.environ.setdefault("TEXTUAL_FPS", "120")
