"""Attention on a processor gives what PyTorch's own gives, and so do its gradients."""

from __future__ import annotations

import pytest
import torch

from iapo.models.grid_attention import grid_attention, grid_group
from iapo.models.segment_attention import Segment, segment_attention

HEADS, KEY_HEADS, WIDTH, SCALE = 6, 2, 8, 0.3
# Prompts and the lengths of their completions; longer than a block, empty, alone.
GROUPS = [(5, [3, 7]), (1, [0, 4]), (300, [2, 280]), (9, [])]


def layouts():
    segments, grids, end = [], [], 0
    for prompt, lengths in GROUPS:
        shared = slice(end, end + prompt)
        segments.append(Segment(slice(end, end), shared))
        end += prompt
        starts = []
        for length in lengths:
            starts.append(end)
            segments.append(Segment(shared, slice(end, end + length)))
            end += length
        grids.append(grid_group(shared, starts, lengths, "cpu"))
    return segments, grids, end


def inputs(length, dtype):
    generator = torch.Generator().manual_seed(3)
    shapes = [(HEADS, length), (KEY_HEADS, length), (KEY_HEADS, length), (HEADS, length)]
    return [torch.randn(*shape, WIDTH, generator=generator).to(dtype) for shape in shapes]


def computed(attention, parts, layout, dtype):
    *given, upstream = inputs(layout[-1], dtype)
    given = [x.requires_grad_() for x in given]
    out = attention(*given, parts, SCALE)
    out.backward(upstream)
    return [out.detach().float(), *(x.grad.float() for x in given)]


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 2e-6), (torch.bfloat16, 0.012)])
def test_segments_and_grids_give_the_same_numbers_and_gradients(dtype, tolerance):
    layout = layouts()
    segments, grids, _ = layout
    ours = computed(segment_attention, segments, layout, dtype)
    fused = computed(grid_attention, grids, layout, dtype)
    for found, expected in zip(ours, fused, strict=True):
        assert (found - expected).norm() <= tolerance * expected.norm()
