"""Float32 copies of weights that compute in fewer bits: what an optimiser may move by small steps.

bfloat16 has 8 bits of precision: next to a weight of 0.02 the nearest numbers are 0.0001 away, and a
step of 1e-5 would round to nothing. The model computes with the rounded weights, gradients are added
up and applied here (Micikevicius et al. 2018, arXiv 1710.03740, section 3.1). Weights that are
float32 already are their own masters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor
from torch.nn import Parameter


class MasterWeights:
    """The trained weights of a model, in float32.

    Attributes:
        named: the masters, by the names that the model has for its parameters.
    """

    def __init__(self, named: Iterable[tuple[str, Parameter]]) -> None:
        """Take the masters of parameters; those that need no gradient are left out."""
        self.named: dict[str, Parameter] = {}
        self._rounded: list[tuple[Parameter, Parameter]] = []
        for name, parameter in named:
            if not parameter.requires_grad:
                continue
            if parameter.dtype == torch.float32:
                self.named[name] = parameter
                continue
            master = Parameter(parameter.detach().float())
            self.named[name] = master
            self._rounded.append((parameter, master))
            parameter.register_post_accumulate_grad_hook(_adder(master))  # type: ignore[no-untyped-call]

    def write_back(self) -> None:
        """Round the masters into the model, after a step."""
        with torch.no_grad():
            for parameter, master in self._rounded:
                parameter.copy_(master)

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up saved masters.

        Raises:
            ValueError: they are of other parameters.
        """
        if tensors.keys() != self.named.keys():
            raise ValueError("the weights are of another model or configuration")
        with torch.no_grad():
            for name, master in self.named.items():
                master.copy_(tensors[name])
        self.write_back()


def _adder(master: Parameter) -> Callable[[Tensor], None]:
    """Moves each gradient of a rounded weight to its master as soon as a pass has made it."""

    def add(parameter: Tensor) -> None:
        if parameter.grad is None:
            return
        grad = parameter.grad.float()
        master.grad = grad if master.grad is None else master.grad.add_(grad)
        parameter.grad = None

    return add
