"""Every test runs with Terraform, where the machine has it, and with OpenTofu."""

from terraform_programs import binary

__all__ = ["binary"]
