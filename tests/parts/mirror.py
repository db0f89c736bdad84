"""Terraform providers in a folder of the test's, from which OpenTofu and Terraform install them without a network."""

import json
import platform
from pathlib import Path

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def package(mirror: Path, source: str, version: str) -> Path:
    """The folder, made if it is not there, in which a program of this machine looks for a version of a provider."""
    target = f"linux_{_ARCHITECTURES.get(platform.machine(), platform.machine())}"
    found = mirror / source / version / target
    found.mkdir(parents=True, exist_ok=True)
    return found


def configuration(settings: Path, mirror: Path) -> Path:
    """The file ``settings``, to be named by ``TF_CLI_CONFIG_FILE``, with which `init` installs from this mirror alone."""
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(
        "disable_checkpoint = true\n"
        f"provider_installation {{\n  filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}\n}}\n"
    )
    return settings
