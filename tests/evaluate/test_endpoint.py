"""An OpenAI-compatible endpoint: what is asked, what is tried again, what ends a run in a line."""

from __future__ import annotations

import re
import threading
import time

import pytest
from fake_endpoint import completion, endpoint

from iapo.evaluate.engines import Decoding, EngineError, Request
from iapo.evaluate.engines import endpoint as module
from iapo.evaluate.engines.endpoint import Endpoint, EndpointEngine, key_from
from iapo.generate.guide import GUIDED
from iapo.generate.guide.batch import unknown


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(module, "_FIRST_WAIT", 0.01)


def asking(fake, requests, decoding=None, guided=False, **options):
    options = {"model": "m", "timeout": 10.0, **options}
    engine = EndpointEngine(Endpoint(fake.url, **options), decoding or Decoding(), guided)
    try:
        return [answer for batch in engine.answers(requests) for answer in batch]
    finally:
        engine.close()


def requests(count, samples=1):
    return [
        Request(n, f"write {n}", "terraform", tuple(range(samples)), 100 * n) for n in range(count)
    ]


def test_every_sample_is_asked_for_once_with_the_settings():
    decoding = Decoding(3, 0.7, top_p=0.9, max_new_tokens=55, system_prompt="be brief")
    with endpoint(lambda body: completion(f"to {body['messages'][-1]['content']}")) as fake:
        answers = asking(fake, requests(2, 3), decoding, key="secret")
    assert sorted((a.place, a.number, a.text) for a in answers) == [
        (n, k, f"to write {n}") for n in range(2) for k in range(3)
    ]
    assert all(a.tokens == 7 and a.stopped for a in answers)
    assert fake.paths[0] == "/v1/chat/completions"
    body = next(b for b in fake.bodies if b["messages"][-1]["content"] == "write 1")
    assert body["messages"][0] == {"role": "system", "content": "be brief"}
    assert (body["model"], body["temperature"], body["top_p"]) == ("m", 0.7, 0.9)
    assert body["max_tokens"] == 55
    assert sorted(b["seed"] for b in fake.bodies) == [0, 1, 2, 100, 101, 102]
    assert fake.headers[0]["authorization"] == "Bearer secret"


def test_no_key_is_sent_where_there_is_none():
    with endpoint(lambda _: completion("x")) as fake:
        asking(fake, requests(1))
    assert "authorization" not in fake.headers[0]


def test_requests_are_under_way_at_once_and_no_more_than_asked():
    def slow(_):
        time.sleep(0.05)
        return completion("x")

    with endpoint(slow) as fake:
        asking(fake, requests(12), parallel=3)
    assert fake.most_at_once == 3


def test_what_may_pass_is_tried_again():
    lock, seen = threading.Lock(), {}

    def busy(body):
        with lock:
            seen[body["seed"]] = seen.get(body["seed"], 0) + 1
            first = seen[body["seed"]] == 1
        return (
            (503, {"error": {"message": "busy"}}, {"Retry-After": "0"})
            if first
            else completion("x")
        )

    with endpoint(busy) as fake:
        assert len(asking(fake, requests(4))) == 4
    assert len(fake.bodies) == 8


def test_what_does_not_pass_is_given_up_after_the_tries_in_one_line():
    with (
        endpoint(lambda _: (500, {"error": {"message": "out\nof memory"}})) as fake,
        pytest.raises(EngineError, match=r"500 .*out of memory") as error,
    ):
        asking(fake, requests(1), tries=3)
    assert len(fake.bodies) == 3
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        ((401, {"error": {"message": "wrong key"}}), "401 .*wrong key"),
        ((404, {"error": "no model m"}), "404 .*no model m"),
        ((400, b"<html>\x1b[31mbad"), "400"),
        ((200, b"not JSON \x1b[2J"), "no chat completion: not JSON"),
        ((200, {"choices": []}), "no chat completion"),
        ((200, [1]), "no chat completion"),
    ],
)
def test_what_will_not_pass_ends_at_once_in_one_line_a_terminal_can_show(reply, says):
    with endpoint(lambda _: reply) as fake, pytest.raises(EngineError, match=says) as error:
        asking(fake, requests(1))
    assert len(fake.bodies) == 1
    assert str(error.value).isprintable()


def test_answers_before_a_failure_are_handed_over():
    def some(body):
        bad = body["messages"][-1]["content"] == "write 2"
        return (401, {"error": {"message": "no"}}) if bad else completion("x")

    got = []
    with endpoint(some) as fake:
        engine = EndpointEngine(Endpoint(fake.url, "m", parallel=1), Decoding())
        with pytest.raises(EngineError):
            got.extend(a for batch in engine.answers(requests(4)) for a in batch)
        engine.close()
    assert [a.place for a in got] == [0, 1]
    assert len(fake.bodies) == 3


def test_a_setting_that_has_another_name_is_asked_for_by_that():
    def newer(body):
        if "max_tokens" in body:
            return 400, {"error": {"message": "Unsupported parameter: 'max_tokens'"}}
        if "seed" in body:
            return 422, {"error": {"message": "seed: extra inputs are not permitted"}}
        return completion("x")

    with endpoint(newer) as fake:
        assert len(asking(fake, requests(3), Decoding(max_new_tokens=9), parallel=1)) == 3
    assert fake.bodies[-1]["max_completion_tokens"] == 9
    assert len(fake.bodies) == 5  # it is found out once


def test_an_answer_without_text_is_an_empty_one_and_a_long_one_is_cut():
    with endpoint(lambda _: completion(None, "length")) as fake:
        (answer,) = asking(fake, requests(1))
    assert (answer.text, answer.stopped) == ("", False)


def test_nobody_listens():
    with endpoint(lambda _: completion("x")) as fake:
        pass
    with pytest.raises(EngineError, match="did not answer in 2 tries: ConnectError"):
        asking(fake, requests(1), tries=2)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("http://h:1", "http://h:1/v1/chat/completions"),
        ("http://h:1/", "http://h:1/v1/chat/completions"),
        ("https://h/openai/v1/", "https://h/openai/v1/chat/completions"),
        ("http://h/v1/chat/completions", "http://h/v1/chat/completions"),
    ],
)
def test_the_address(given, address):
    assert Endpoint(given, "m").address == address


@pytest.mark.parametrize("address", ["localhost:8000", "http://h:abc", "http://[h", "http://:80"])
def test_an_address_that_is_none(address):
    with pytest.raises(EngineError, match=re.escape(repr(address))):
        EndpointEngine(Endpoint(address, "m"), Decoding())


def test_a_key_that_no_header_can_hold_is_one_line(monkeypatch):
    monkeypatch.setenv("SOME_KEY", "sch\u00fc\u00dfel")
    with pytest.raises(EngineError, match="SOME_KEY"):
        key_from("SOME_KEY")
    monkeypatch.setenv("SOME_KEY", " plain\n")
    assert key_from("SOME_KEY") == "plain"
    monkeypatch.delenv("SOME_KEY")
    assert key_from("SOME_KEY") == ""


def guiding(body):
    """As vLLM answers that has our processor: see `InfrastructureGuide.validate_params`."""
    format = body.get("vllm_xargs", {}).get("iapo_format")
    if format in (None, *GUIDED):
        return completion("x")
    return 400, {"error": {"message": unknown(format), "type": "BadRequestError"}}


def test_each_request_asks_for_the_guide_of_its_format():
    asked = [
        Request(n, f"write {n}", format, (0,), n)
        for n, format in enumerate(["terraform", "ansible", "jenkins"])
    ]
    with endpoint(guiding) as fake:
        assert len(asking(fake, asked, guided=True)) == 3
    first, *bodies = fake.bodies
    assert first["max_tokens"] == 1
    told = {b["messages"][-1]["content"]: b.get("vllm_xargs") for b in bodies}
    assert told == {
        "write 0": {"iapo_format": "terraform"},
        "write 1": None,
        "write 2": {"iapo_format": "jenkins"},
    }
    with endpoint(guiding) as fake:
        asking(fake, asked)
    assert not any("vllm_xargs" in body for body in fake.bodies)


@pytest.mark.parametrize(
    "reply",
    [
        completion("x"),  # it does not know what was asked for, and says nothing
        (400, {"error": {"message": "Unrecognized request argument supplied: vllm_xargs"}}),
    ],
)
def test_a_server_that_does_not_guide_is_found_out_at_once(reply):
    with endpoint(lambda _: reply) as fake, pytest.raises(EngineError) as error:
        asking(fake, requests(4), guided=True)
    assert "does not guide" in str(error.value) and "InfrastructureGuide" in str(error.value)
    assert len(fake.bodies) == 1
