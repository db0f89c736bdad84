"""The promises of a driver, as far as they can be asked of a module whose provider imports nothing."""

from typing import Any

from bakehouse.drivers.conformance import DriverConformance


class TerraformConformance(DriverConformance):
    """All promises but those about adopting: an object of Terraform carries no mark of whose it is.

    What exists becomes the object of a module in `terraform/test_adopting.py`, with a provider that imports.
    """

    test_an_object_that_exists_is_described_and_not_touched: Any = None
    test_an_adopted_object_is_like_one_that_was_made: Any = None
    test_what_does_not_exist_cannot_be_adopted: Any = None
    test_the_object_of_another_resource_is_not_taken_over: Any = None
