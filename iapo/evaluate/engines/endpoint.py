"""A model behind an OpenAI-compatible endpoint: vLLM, llama.cpp, Ollama, or a paid one.

Several requests are under way at once. What may pass (a full server, a lost connection) is tried
again, each time later; what will not (a wrong key, an unknown model) ends the run at once in a line.
"""

from __future__ import annotations

import os
import queue
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from iapo.evaluate.engines.engine import Answer, Decoding, EngineError, Request
from iapo.generate.guide import GUIDED
from iapo.generate.guide.batch import FORMAT_ARGUMENT
from iapo.verify.output import one_line

if TYPE_CHECKING:
    import httpx2

_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0  # seconds
# Names that servers know the same setting by: what one refuses is asked for by the next, or not.
_OTHER_NAMES = {"max_tokens": "max_completion_tokens", "seed": None}
_MOST_TOKENS = frozenset({"max_tokens", "max_completion_tokens"})
_MOST_SAID = 200  # characters of what a server said


@dataclass(frozen=True)
class Endpoint:
    """Where the model is.

    Attributes:
        url: `http://127.0.0.1:8000/v1`; `/v1` is added to a bare address.
        model: its name there.
        key: sent as a bearer token; "" for none.
        parallel: requests under way at once.
        timeout: seconds that an answer may take.
        tries: of one request, the first included.
    """

    url: str
    model: str
    key: str = ""
    parallel: int = 8
    timeout: float = 120.0
    tries: int = 6

    @property
    def address(self) -> str:
        """Where chat completions are asked for.

        Raises:
            EngineError: it is no address.
        """
        try:
            parts = urlsplit(self.url)
            good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:  # a port that is no number, half an address of IPv6
            good = False
        if not good:
            raise EngineError(
                f"--endpoint wants an address like http://127.0.0.1:8000/v1, not {self.url!r}"
            )
        if parts.path.endswith("/chat/completions"):
            return self.url
        return self.url.rstrip("/") + ("" if parts.path.strip("/") else "/v1") + "/chat/completions"


def key_from(variable: str) -> str:
    """The key in an environment variable; "" where it is not set.

    Raises:
        EngineError: no header can hold it.
    """
    key = os.environ.get(variable, "").strip()
    if not key.isascii() or not key.isprintable():
        raise EngineError(f"the key in {variable} has characters that no header can hold")
    return key


class EndpointEngine:
    """Asks an endpoint for one answer a request."""

    def __init__(self, endpoint: Endpoint, decoding: Decoding, guided: bool = False) -> None:
        """An engine that has not asked anything yet.

        Args:
            guided: ask for each answer under the guide of its format. Of servers only vLLM knows what
                that means, and only with `iapo.integrations.vllm` loaded; the first request finds out.

        Raises:
            EngineError: the address is none, or the HTTP library is not installed.
        """
        try:
            import httpx2
        except ImportError:
            raise EngineError(
                "endpoints need the package `httpx2`: pip install 'iapo[bench]'"
            ) from None
        self._endpoint = endpoint
        self._decoding = decoding
        self._guided = guided
        self._address = endpoint.address
        self._http = httpx2
        self._renamed: dict[str, str | None] = {}
        self._stop = threading.Event()
        headers = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
        self._client = httpx2.Client(
            headers=headers,
            timeout=httpx2.Timeout(endpoint.timeout, connect=min(30.0, endpoint.timeout)),
            limits=httpx2.Limits(max_connections=endpoint.parallel),
        )

    def answers(self, requests: Sequence[Request]) -> Iterator[list[Answer]]:
        """Answers as they come in."""
        if self._guided and requests:
            self._require_guide(requests[0])
        asked: queue.SimpleQueue[tuple[Request, int]] = queue.SimpleQueue()
        for request in requests:
            for number in request.numbers:
                asked.put((request, number))
        left = asked.qsize()
        came: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()
        # Not an executor: its threads would keep an interrupted process until the last answer.
        for _ in range(min(self._endpoint.parallel, left)):
            threading.Thread(target=self._work, args=(asked, came), daemon=True).start()
        try:
            while left:
                batch = [came.get()]
                while not came.empty():
                    batch.append(came.get())
                answers = [item for item in batch if isinstance(item, Answer)]
                left -= len(answers)
                if answers:
                    yield answers
                for item in batch:
                    if isinstance(item, Exception):
                        raise item
        finally:
            self._stop.set()

    def _work(
        self,
        asked: queue.SimpleQueue[tuple[Request, int]],
        came: queue.SimpleQueue[Answer | Exception],
    ) -> None:
        while not self._stop.is_set():
            try:
                request, number = asked.get_nowait()
            except queue.Empty:
                return
            try:
                came.put(self._ask(request, number))
            except Exception as error:  # raised again by whoever waits for the answers
                came.put(error)
                return

    def _ask(self, request: Request, number: int) -> Answer:
        guide = request.format if self._guided and request.format in GUIDED else None
        reply = self._reply(lambda renamed: self._body(request, number, renamed, guide))
        if not reply.is_success:
            raise EngineError(f"{self._address} refuses: {_refusal(reply)}")
        return _answer(reply, request, number, self._address)

    def _require_guide(self, request: Request) -> None:
        """Other servers answer as if nothing had been asked for, so a guide that nobody has is asked for.

        Raises:
            EngineError: the server does not refuse it as our processor does.
        """

        def body(renamed: dict[str, str | None]) -> dict[str, Any]:
            asked = self._body(request, 0, renamed, "?")
            return asked | dict.fromkeys(_MOST_TOKENS & asked.keys(), 1)

        reply = self._reply(body)
        if reply.status_code != 400 or FORMAT_ARGUMENT not in _said(reply):
            said = "" if reply.is_success else f" ({_refusal(reply)})"
            raise EngineError(
                f"{self._address} does not guide{said}; only vLLM can be asked to, started with "
                "--logits-processors iapo.integrations.vllm:InfrastructureGuide"
            )

    def _reply(self, body: Callable[[dict[str, str | None]], dict[str, Any]]) -> httpx2.Response:
        """An answer, or a refusal that trying again will not change."""
        trouble, asked_to_wait = "", 0.0
        for attempt in range(self._endpoint.tries):
            if attempt and self._stop.wait(_wait(attempt, asked_to_wait)):
                break
            asked_to_wait = 0.0
            try:
                reply = self._post(body)
            except self._http.RequestError as error:
                trouble = f"{type(error).__name__}: {one_line(str(error))[:_MOST_SAID]}".rstrip(
                    ": "
                )
                continue
            if reply.is_success or reply.status_code not in _PASSING:
                return reply
            trouble = _refusal(reply)
            asked_to_wait = _retry_after(reply)
        raise EngineError(
            f"{self._address} did not answer in {self._endpoint.tries} tries: {trouble}"
        )

    def _post(self, body: Callable[[dict[str, str | None]], dict[str, Any]]) -> httpx2.Response:
        """One reply; where it refuses a setting that has another name, the one to that."""
        while True:
            known = dict(self._renamed)
            reply = self._client.post(self._address, json=body(known))
            if reply.status_code not in (400, 422):
                return reply
            said = _said(reply)
            refused = [n for n in _OTHER_NAMES if n not in known and n in said]
            if not refused:
                return reply
            self._renamed[refused[0]] = _OTHER_NAMES[refused[0]]

    def _body(
        self, request: Request, number: int, renamed: dict[str, str | None], guide: str | None
    ) -> dict[str, Any]:
        decoding = self._decoding
        messages = [{"role": "user", "content": request.prompt}]
        if decoding.system_prompt:
            messages.insert(0, {"role": "system", "content": decoding.system_prompt})
        body: dict[str, Any] = {
            "model": self._endpoint.model,
            "messages": messages,
            "temperature": decoding.temperature,
            "max_tokens": decoding.max_new_tokens,
            "seed": (request.seed + number) % 2**31,
        }
        if decoding.top_p < 1:
            body["top_p"] = decoding.top_p
        if guide is not None:
            body["vllm_xargs"] = {FORMAT_ARGUMENT: guide}
        for name, other in renamed.items():
            value = body.pop(name)
            if other:
                body[other] = value
        return body

    def close(self) -> None:
        """Stop asking; answers under way are dropped."""
        self._stop.set()
        self._client.close()


def _answer(reply: httpx2.Response, request: Request, number: int, address: str) -> Answer:
    try:
        data = reply.json()
        choice = data["choices"][0]
        text = choice["message"]["content"]
        tokens = (data.get("usage") or {}).get("completion_tokens")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise EngineError(
            f"{address} answers with something that is no chat completion: {one_line(reply.text)[:_MOST_SAID]}"
        ) from None
    return Answer(
        request.place,
        number,
        text if isinstance(text, str) else "",
        tokens if isinstance(tokens, int) else None,
        choice.get("finish_reason") != "length",
    )


def _wait(attempt: int, asked: float) -> float:
    """Seconds before a further try: what the server asked for, or twice as long each time."""
    own = _FIRST_WAIT * 2.0 ** (attempt - 1) * random.uniform(0.75, 1.25)
    return min(max(own, asked), _LONGEST_WAIT)


def _retry_after(reply: httpx2.Response) -> float:
    """RFC 9110, section 10.2.3, in seconds; a date counts as nothing asked."""
    asked = reply.headers.get("retry-after", "")
    return float(asked) if asked.isascii() and asked.isdecimal() else 0.0


def _refusal(reply: httpx2.Response) -> str:
    return f"{reply.status_code} {reply.reason_phrase}: {_said(reply)}".rstrip(": ")


def _said(reply: httpx2.Response) -> str:
    """The message in the body of a refusal."""
    try:
        error = reply.json()["error"]
        message = error["message"] if isinstance(error, dict) else error
    except (ValueError, KeyError, TypeError, RecursionError):
        message = reply.text
    return one_line(str(message))[:_MOST_SAID]
