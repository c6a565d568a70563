"""Who sits at the command line, for the audit log."""

import getpass


def operator() -> str:
    """The user of this machine who runs the command; empty when the system does not tell."""
    try:
        return getpass.getuser()[:80]
    except (KeyError, OSError):
        return ""
