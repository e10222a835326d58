"""From a task to the tokens a model reads and, for the warm start, writes."""

from __future__ import annotations

from typing import Any


def prompt_tokens(tokenizer: Any, prompt: str, system: str = "") -> list[int]:
    """A prompt through the model's chat template, ready to be answered.

    Args:
        prompt: what the user asks.
        system: system message; "" leaves it to the template. A tokenizer without a chat template
            gets `prompt` and a line feed.
    """
    if not tokenizer.chat_template:
        text = f"{system}\n\n{prompt}\n\n" if system else f"{prompt}\n\n"
        return _ids(tokenizer, text, special=True)
    messages = [{"role": "user", "content": prompt}]
    if system:
        messages.insert(0, {"role": "system", "content": system})
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    return _ids(tokenizer, text, special=False)


def answer_tokens(tokenizer: Any, answer: str) -> list[int]:
    """An answer as the model should write it, its end included."""
    return [*_ids(tokenizer, answer.rstrip("\n") + "\n", special=False), tokenizer.eos_token_id]


def _ids(tokenizer: Any, text: str, *, special: bool) -> list[int]:
    return [int(t) for t in tokenizer(text, add_special_tokens=special)["input_ids"]]
