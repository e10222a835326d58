"""A forward pass in float32 through a model that computes in fewer bits, a module at a time.

For comparing two ways to compute the same: in bfloat16 the same numbers summed in another order can
be nats apart, and tell nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn import Module, Parameter

_NARROW = (torch.bfloat16, torch.float16)


@contextmanager
def in_float32(model: Module) -> Iterator[None]:
    """Inside, each module computes with float32 copies of its own weights, made when it is called.

    Weights are the same tensors afterwards, bit for bit. Memory: one module's weights twice.
    """
    with ExitStack() as hooks:
        for module in model.modules():
            own = [p for p in module.parameters(recurse=False) if p.dtype in _NARROW]
            if own:
                widen = _Widening(own)
                for handle in (
                    module.register_forward_pre_hook(widen.before),
                    module.register_forward_hook(widen.after, always_call=True),
                ):
                    hooks.callback(handle.remove)
        yield


class _Widening:
    """Puts float32 copies in a module's parameters while it is called."""

    def __init__(self, parameters: list[Parameter]) -> None:
        self._parameters = parameters
        self._kept: list[Tensor] = []

    def before(self, module: Module, given: Any) -> None:
        self._kept = [p.data for p in self._parameters]
        for parameter in self._parameters:
            parameter.data = parameter.data.float()

    def after(self, module: Module, given: Any, out: Any) -> None:
        for parameter, kept in zip(self._parameters, self._kept, strict=True):
            parameter.data = kept
