"""Muon (Jordan et al., 2024): steps along the orthogonal matrix nearest to a matrix's momentum.

torch's own computes in bfloat16, which most CPUs emulate; this one in float32.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

_ROUNDS = 4
_A, _B, _C = 3.4445, -4.775, 2.0315  # of the quintic that brings singular values near 1


class Muon(torch.optim.Optimizer):
    """For matrices; `lr` is comparable with Adam's."""

    def __init__(self, matrices: Iterable[Tensor], lr: float = 1e-3, momentum: float = 0.95):
        super().__init__(matrices, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """One step, all matrices of a shape at once."""
        for group in self.param_groups:
            shapes: dict[torch.Size, list[Tensor]] = {}
            for weight in group["params"]:
                if weight.grad is not None:
                    shapes.setdefault(weight.shape, []).append(weight)
            for shape, weights in shapes.items():
                moved = [self._moved(weight, group["momentum"]) for weight in weights]
                size = 0.2 * max(shape) ** 0.5  # an Adam step's, root mean square
                for weight, step in zip(weights, _orthogonal(torch.stack(moved)), strict=True):
                    weight.add_(step, alpha=-group["lr"] * size)

    def _moved(self, weight: Tensor, momentum: float) -> Tensor:
        assert weight.grad is not None
        state = self.state[weight]
        if "mean" not in state:
            state["mean"] = torch.zeros_like(weight)
        mean: Tensor = state["mean"].lerp_(weight.grad, 1 - momentum)
        return weight.grad.lerp(mean, momentum)


def _orthogonal(stack: Tensor) -> Tensor:
    """[n, rows, columns]: each matrix's singular values brought near 1, by Newton and Schulz."""
    tall = stack.shape[1] > stack.shape[2]
    x = stack.transpose(1, 2) if tall else stack
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(_ROUNDS):
        square = x @ x.transpose(1, 2)
        x = _A * x + (_B * square + _C * square @ square) @ x
    return x.transpose(1, 2) if tall else x
