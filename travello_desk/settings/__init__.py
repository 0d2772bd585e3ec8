"""Settings of the desk: read once, checked wholly, then frozen. Knows nothing of stripe, the store or the screen.

    settings = load(os.environ, Path.cwd())     # raises SettingsError: one line, for stderr, exit code 2

Every variable of the interface stands in `load.py`; the environment wins over `.env`. Nothing is read at import.
"""

from travello_desk.settings.errors import SettingsError
from travello_desk.settings.jwt_secret import ensure_jwt_secret
from travello_desk.settings.load import load
from travello_desk.settings.model import Database, FxRate, Settings, SmtpServer

__all__ = ["Database", "FxRate", "Settings", "SettingsError", "SmtpServer", "ensure_jwt_secret", "load"]
