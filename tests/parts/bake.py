"""A Terraform provider of our own, installed from a folder: real databases and records, and a resource with switches.

``bake_database`` stands in the PostgreSQL of :mod:`parts.postgres`, ``bake_record`` in the zone of :mod:`parts.dns`.
``bake_oven`` stands nowhere and is slow, fails, drifts, has secrets and is replaced as its arguments say. Its
schema is in `go/terraform-provider-bake`. OpenTofu and Terraform install it alike.
"""

import json
import shlex
import shutil
from pathlib import Path

from parts.dns import DnsServer
from parts.finding import Program, need
from parts.mirror import configuration as installing
from parts.mirror import package
from parts.postgres import Server

PROVIDER = Program("terraform-provider-bake", "terraform-provider-bake")
SOURCE = "parts.test/bakehouse/bake"
VERSION = "0.1.0"

SLOW = "parts.test/bakehouse/slow"
"""The same, but slow to start."""


def required(source: str) -> str:
    """What a module says that uses it, by one of its sources."""
    return f"""
terraform {{
  required_providers {{
    bake = {{ source = "{source}", version = "{VERSION}" }}
  }}
}}
"""


REQUIRED = required(SOURCE)


def configuration(folder: Path, slow: float | None = None) -> Path:
    """A CLI configuration, to be named by ``TF_CLI_CONFIG_FILE``, with which `init` finds this provider and no other.

    It and the mirror that it names are written below ``folder``, which must live as long as they are used. ``slow`` are
    seconds that the provider of the source :data:`SLOW` waits before it starts; without them there is none.
    """
    mirror = folder / "mirror"
    shutil.copy2(need(PROVIDER), package(mirror, SOURCE, VERSION) / f"terraform-provider-bake_v{VERSION}")
    if slow is not None:
        waiting = package(mirror, SLOW, VERSION) / f"terraform-provider-slow_v{VERSION}"
        waiting.write_text(f"#!/bin/sh\nsleep {slow}\nexec {shlex.quote(str(need(PROVIDER)))}\n")
        waiting.chmod(0o755)
    return installing(folder / "terraform.tfrc", mirror)


def variables(database: Server | None = None, names: DnsServer | None = None) -> dict[str, str]:
    """The environment that gives a module its servers; :data:`CONFIGURED` reads it. It holds their secrets."""
    given: dict[str, str] = {}
    if database is not None:
        given["TF_VAR_postgres"] = database.conninfo()
    if names is not None:
        given["TF_VAR_dns"] = json.dumps(
            {
                "address": f"{names.host}:{names.port}",
                "zone": names.zone,
                "key_name": names.key_name,
                "secret": names.secret,
            }
        )
    return given


CONFIGURED = """
variable "postgres" {
  type      = string
  default   = null
  sensitive = true
}
variable "dns" {
  type      = object({ address = string, zone = string, key_name = string, secret = string })
  default   = null
  sensitive = true
}
provider "bake" {
  postgres = var.postgres
  dns      = var.dns
}
"""
"""What a root module says to give the provider its servers."""
