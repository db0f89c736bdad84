"""Where secrets lie and how they are opened: the contract, the stores ``env`` and ``local``, and the facade over them.

A secret travels as a reference; clear text exists only between ``reveal`` and the call that needs it. Nothing in
here writes a secret: a sealed row is recorded by the engine together with the resource that refers to it.
"""

from .contract import SecretError, SecretStore
from .elsewhere import from_outside, home_of
from .env import EnvStore
from .facade import Kept, KeyHolder, Secrets, environment_secrets
from .key import Key
from .keyfile import KeyFile
from .local import LocalStore
from .rows import SecretRow
from .scrub import scrub
from .vault import LocalVault

__all__ = [
    "EnvStore",
    "Kept",
    "Key",
    "KeyFile",
    "KeyHolder",
    "LocalStore",
    "LocalVault",
    "SecretError",
    "SecretRow",
    "SecretStore",
    "Secrets",
    "environment_secrets",
    "from_outside",
    "home_of",
    "scrub",
]
