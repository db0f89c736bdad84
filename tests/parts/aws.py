"""The AWS provider, which cannot be had everywhere: used where a filesystem mirror of the machine has it.

Nothing is asked of AWS: the settings here let it plan without an account.
"""

import os
from pathlib import Path

from parts.mirror import configuration as installing

MISSING = "no filesystem mirror of this machine has the providers hashicorp/aws and hashicorp/random"
VARIABLE = "BAKEHOUSE_PART_TERRAFORM_MIRROR"
"""The environment variable that names another folder to look into."""

DUMMY_KEYS = {
    "AWS_ACCESS_KEY_ID": "dummy",
    "AWS_SECRET_ACCESS_KEY": "dummy",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_PLACES = (
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
)
_WANTED = ("*/hashicorp/aws/*", "*/hashicorp/random/*")


def mirror() -> Path | None:
    """The folder of the first mirror that has all that the pack needs."""
    for place in (os.environ.get(VARIABLE), *_PLACES):
        folder = Path(place).expanduser() if place else None
        if folder is not None and all(any(folder.glob(wanted)) for wanted in _WANTED):
            return folder
    return None


def configuration(folder: Path, mirror: Path) -> Path:
    """A CLI configuration below ``folder``, to be named by ``TF_CLI_CONFIG_FILE``, that installs from this mirror alone."""
    return installing(folder / "aws.tfrc", mirror)


def settings(region: str) -> dict[str, object]:
    """Arguments of the provider block with which it plans what is new without asking anybody."""
    skipped = ("credentials_validation", "metadata_api_check", "region_validation", "requesting_account_id")
    return {"region": region, **{f"skip_{check}": True for check in skipped}}
