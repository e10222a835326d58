"""From a task to the tokens a model reads and, for the warm start, writes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Message(NamedTuple):
    """One turn of a conversation: `user`, `assistant` or `system`, and what was said."""

    role: str
    content: str


def prompt_tokens(tokenizer: Any, prompt: str, system: str = "") -> list[int]:
    """A prompt through the model's chat template, ready to be answered.

    Args:
        prompt: what the user asks.
        system: system message; "" leaves it to the template.

    Without a chat template: see `chat_tokens`.
    """
    messages = [Message("user", prompt)]
    return chat_tokens(tokenizer, [Message("system", system), *messages] if system else messages)


def chat_tokens(tokenizer: Any, messages: Sequence[Message]) -> list[int]:
    """A conversation through the model's chat template, ready for the next answer.

    Without a chat template each turn is its text and an empty line.
    """
    if not tokenizer.chat_template:
        text = "".join(f"{message.content}\n\n" for message in messages)
        return _ids(tokenizer, text, special=True)
    text = tokenizer.apply_chat_template(
        [message._asdict() for message in messages], tokenize=False, add_generation_prompt=True
    )
    return _ids(tokenizer, text, special=False)


def answer_tokens(tokenizer: Any, answer: str) -> list[int]:
    """An answer as the model should write it, its end included."""
    return [*_ids(tokenizer, answer.rstrip("\n") + "\n", special=False), tokenizer.eos_token_id]


def _ids(tokenizer: Any, text: str, *, special: bool) -> list[int]:
    return [int(t) for t in tokenizer(text, add_special_tokens=special)["input_ids"]]
