"""The driver terraform keeps the promises of the contract, with both programs."""

from typing import Any

import pytest

from bakehouse.drivers.builtin.terraform import Terraform
from bakehouse.drivers.conformance.bench import Bench
from bakehouse.drivers.conformance.hooks import Failing, Inputs
from bakehouse.drivers.conformance.vault import Vault
from bakehouse.drivers.sdk import PermanentFault
from terraform_module import folder
from terraform_promises import TerraformConformance

pytestmark = pytest.mark.slow


class TestTerraform(TerraformConformance):
    """Of a module that has text, numbers, sets, maps and secrets."""

    @pytest.fixture
    def driver(self) -> Terraform:
        return Terraform()

    @pytest.fixture
    def inputs(self, binary: str, vault: Vault) -> Inputs:
        password = vault.put("password", "correct-horse-${battery}")
        variables = {"name": "db-%{one}", "password": password, "zones": ["a", "b"], "tags": {"k${x}": "v"}}
        return {"source": folder(), "variables": variables, "binary": binary}

    @pytest.fixture
    def changed_inputs(self, inputs: Inputs) -> Inputs:
        return {**inputs, "variables": {**inputs["variables"], "port": 5433, "zones": ["b", "c"]}}

    @pytest.fixture
    def failing(self, inputs: Inputs) -> tuple[Failing, ...]:
        variables: dict[str, Any] = inputs["variables"]
        return (
            Failing(PermanentFault, {**inputs, "binary": "no-such-program"}),
            Failing(PermanentFault, {**inputs, "variables": {**variables, "port": variables["password"]}}),
            Failing(PermanentFault, {**inputs, "source": folder(main_tf="variable {")}),
        )

    def test_an_object_lives_from_create_to_delete(self, bench: Bench, inputs: Inputs) -> None:
        """What the built-in provider makes is nowhere but in the state, so nothing can say that it is gone."""
        held = bench.create(inputs)
        assert bench.read(held).outputs == held.outputs
        bench.delete(held)
