"""What writes answers: a model in this process, a GGUF file, or an endpoint somewhere else.

Each engine is a file of its own, imported when it is used; `engine.py` says what they share.
"""

from __future__ import annotations

from iapo.evaluate.engines.engine import Answer, Decoding, Engine, EngineError, Request

__all__ = ["Answer", "Decoding", "Engine", "EngineError", "Request"]
