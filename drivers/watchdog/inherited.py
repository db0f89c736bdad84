"""What a child may know of our surroundings: what programs need to work, and nothing else that our environment holds."""

from __future__ import annotations

import os
from collections.abc import Collection

_EVERYWHERE = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME", "SSH_AUTH_SOCK", "KUBECONFIG", "NETRC"}
)
_BEGINNINGS = (
    "AWS_", "AZURE_", "ARM_", "GOOGLE_", "CLOUDSDK_", "DIGITALOCEAN_", "CLOUDFLARE_", "VAULT_", "SSL_CERT_", "GIT_",
    "XDG_",
)  # fmt: skip
_PROXIES = frozenset({"http_proxy", "https_proxy", "no_proxy", "all_proxy"})


def inherited(names: Collection[str] = (), beginnings: tuple[str, ...] = ()) -> dict[str, str]:
    """Our variables for paths, language, proxies, certificates and the logins of clouds, and those asked for besides."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in _EVERYWHERE
        or name in names
        or name.lower() in _PROXIES
        or name.startswith((*_BEGINNINGS, *beginnings))
    }
