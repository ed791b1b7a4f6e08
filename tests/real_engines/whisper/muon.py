"""Muon (Jordan et al., 2024): steps along the orthogonal matrix nearest to a matrix's momentum.

torch's own computes in bfloat16, which most CPUs emulate; this one in float32.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

_ROUNDS = 4
_A, _B, _C = 3.4445, -4.775, 2.0315  # of the quintic that brings singular values near 1


class Muon:
    """For matrices; the learning rate is comparable with Adam's."""

    def __init__(self, matrices: Iterable[Tensor], momentum: float = 0.95) -> None:
        self._momentum = momentum
        self._means: dict[Tensor, Tensor] = {}
        self._shapes: dict[tuple[int, ...], list[Tensor]] = {}
        for matrix in matrices:
            self._means[matrix] = torch.zeros_like(matrix)
            self._shapes.setdefault(tuple(matrix.shape), []).append(matrix)

    def step(self, rate: float) -> None:
        """One step along the gradients, all matrices of a shape at once."""
        with torch.no_grad():
            for shape, matrices in self._shapes.items():
                size = 0.2 * max(shape) ** 0.5  # root mean square of a step of Adam's
                moved = torch.stack([self._moved(matrix) for matrix in matrices])
                for matrix, step in zip(matrices, _orthogonal(moved), strict=True):
                    matrix.add_(step, alpha=-rate * size)

    def _moved(self, matrix: Tensor) -> Tensor:
        assert matrix.grad is not None
        mean = self._means[matrix].lerp_(matrix.grad, 1 - self._momentum)
        return matrix.grad.lerp(mean, self._momentum)


def _orthogonal(stack: Tensor) -> Tensor:
    """[n, rows, columns]: each matrix's singular values brought near 1, by Newton and Schulz."""
    tall = stack.shape[1] > stack.shape[2]
    x = stack.transpose(1, 2) if tall else stack
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(_ROUNDS):
        square = x @ x.transpose(1, 2)
        x = _A * x + (_B * square + _C * square @ square) @ x
    return x.transpose(1, 2) if tall else x
