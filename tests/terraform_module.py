"""Modules of the built-in provider, which need no network and touch nothing."""

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

SERVER = """
variable "name" {
  type        = string
  description = "What the server is called"
}

variable "port" {
  type    = number
  default = 5432
}

variable "password" {
  type      = string
  sensitive = true
}

variable "zones" {
  type    = set(string)
  default = []
}

variable "tags" {
  type    = map(string)
  default = {}
}

resource "terraform_data" "server" {
  input            = { name = var.name, port = var.port, password = var.password, tags = var.tags }
  triggers_replace = [var.name]
}

resource "terraform_data" "zone" {
  for_each = var.zones
  input    = "${var.name}.${each.key}"
}

output "id" {
  value = terraform_data.server.id
}

output "host" {
  value = "${var.name}.internal"
}

output "port" {
  value = var.port
}

output "password" {
  value     = var.password
  sensitive = true
}
"""


def folder(path: str = "modules/server", **files: str) -> Mapping[str, Any]:
    """A module as a compile hands it over; a file's name in place of the first `_` before its end has a dot."""
    named = files or {"main_tf": SERVER}
    return {"path": path, "files": {name.replace("_", "."): dedent(text) for name, text in named.items()}}
