"""Linear layers with a plain low-rank adapter, as few products and sums as it takes.

    y = x W' + s (x A') B'        A: [r, in], B: [out, r], W frozen

peft adds the second part by three sums over the whole output, and autograd keeps each. Here it is
added in place by the product itself, and so is the adapter's part of the input's gradient
(Hu et al. 2021, arXiv 2106.09685, section 4.1). Dropout, several adapters at once and other kinds of
adapter are left to peft.
"""

from __future__ import annotations

from typing import Any

import torch
from peft.tuners.lora import Linear
from torch import Tensor


class LeanLinear(Linear):
    """peft's layer with another way to compute the same."""

    def forward(self, x: Tensor, *args: Any, **options: Any) -> Tensor:
        """Args: x [..., in]. Returns [..., out]."""
        name = self._plain_adapter()
        if name is None or args or options or self.disable_adapters or self.merged:
            return super().forward(x, *args, **options)
        base: Any = self.get_base_layer()
        a, b = self._matrices(name)
        if not x.dtype == a.dtype == base.weight.dtype:
            return super().forward(x)
        rows = x.flatten(0, -2)
        out: Tensor = _LowRank.apply(  # type: ignore[no-untyped-call]
            rows, base.weight, a, b, self.scaling[name]
        )
        out = out.view(*x.shape[:-1], -1)
        return out if base.bias is None else out + base.bias

    def merge(self, safe_merge: bool = False, adapter_names: list[str] | None = None) -> None:
        """Fold the adapter into the weight, by one product that ends in one rounding."""
        name = self._plain_adapter()
        if name is None or safe_merge or adapter_names is not None or self.merged:
            super().merge(safe_merge, adapter_names)
            return
        with torch.no_grad():
            weight: Tensor = self.get_base_layer().weight  # type: ignore[assignment]
            a, b = self._matrices(name)
            weight.addmm_(b, a, alpha=self.scaling[name])
        self.merged_adapters.append(name)

    def _matrices(self, name: str) -> tuple[Tensor, Tensor]:
        return self.lora_A[name].weight, self.lora_B[name].weight  # type: ignore[return-value]

    def _plain_adapter(self) -> str | None:
        """The adapter in use, where it is the only one and nothing but two matrices."""
        if len(self.active_adapters) != 1 or self.fan_in_fan_out:
            return None
        name = str(self.active_adapters[0])
        plain = (
            name in self.lora_A
            and name not in self.lora_variant
            and not self.lora_bias[name]
            and isinstance(self.lora_dropout[name], torch.nn.Identity)
        )
        return name if plain else None


class _LowRank(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, a: Tensor, b: Tensor, scale: float) -> Tensor:
        down = x @ a.t()
        out = x @ weight.t()
        out.addmm_(down, b.t(), alpha=scale)
        ctx.save_for_backward(x, weight, a, b, down)
        ctx.scale = scale
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, a, b, down = ctx.saved_tensors
        up = (grad @ b).mul_(ctx.scale)
        to_x = None
        if ctx.needs_input_grad[0]:
            to_x = grad @ weight
            to_x.addmm_(up, a)
        return to_x, None, up.t() @ x, (grad.t() @ down).mul_(ctx.scale), None


def lean(model: Any) -> Any:
    """Compute the model's plain adapters so, from now on. Returns the model."""
    for module in model.modules():
        if type(module) is Linear:
            module.__class__ = LeanLinear
    return model
