"""A tiny model that has learnt one answer by heart: what it writes is known, and really written."""

from __future__ import annotations

from typing import Any

import tiny
import torch

from iapo.generate.prompts import answer_tokens, prompt_tokens


def parrot(tokenizer: Any, lessons: dict[str, str]) -> Any:
    """A model whose likeliest answer to each prompt is the one given."""
    torch.manual_seed(0)
    model = tiny.model().train()
    rows = [
        (prompt_tokens(tokenizer, prompt), answer_tokens(tokenizer, answer))
        for prompt, answer in lessons.items()
    ]
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(800):
        loss = torch.zeros(())
        for prompt, answer in rows:
            labels = torch.tensor([[-100] * len(prompt) + answer])
            loss = loss + model(input_ids=torch.tensor([prompt + answer]), labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss.item() < 0.01 * len(rows):
            return model.eval()
    raise AssertionError(f"the lessons were not learnt: loss {loss.item():.3f}")
