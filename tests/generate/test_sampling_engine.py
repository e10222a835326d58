"""What is sampled is what the model means, however rows are batched."""

from __future__ import annotations

import pytest
import tiny
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo.generate.sampling import draw, sample

STOP = (2, 7, 9, 11, 30, 31, 32, 33, 34, 35)


def prompts(count=4):
    generator = torch.Generator().manual_seed(3)
    return [tiny.random_tokens(n, generator) for n in (5, 9, 3, 7)[:count]]


def test_the_same_seed_samples_the_same():
    model = tiny.model(spread=4.0)
    first, second = (
        sample(model, prompts(), group_size=3, max_new_tokens=12, stop=STOP, seed=5)
        for _ in range(2)
    )
    assert first == second
    other = sample(model, prompts(), group_size=3, max_new_tokens=12, stop=STOP, seed=6)
    assert first != other


@pytest.mark.parametrize("rows", [1, 3, 4, 64])
def test_batching_does_not_change_what_a_row_becomes(rows):
    model = tiny.model(spread=4.0)
    options = {"group_size": 3, "max_new_tokens": 12, "stop": STOP, "seed": 5}
    together = sample(model, prompts(), rows=64, **options)
    apart = sample(model, prompts(), rows=rows, **options)
    assert [[c.tokens for c in g] for g in apart] == [[c.tokens for c in g] for g in together]


def test_a_guide_knows_each_row_and_decides_what_may_come():
    stop, allowed = 2, [40, 50, 60, 70]
    endings = {row: 3 + row % 5 for row in range(12)}
    seen: dict[int, list[int]] = {}

    def guide(rows, written, logits):
        assert len(rows) == len(written) == len(logits)
        for place, (row, tokens) in enumerate(zip(rows, written, strict=True)):
            seen.setdefault(row, []).append(len(tokens))
            kept = [stop] if len(tokens) + 1 == endings[row] else allowed
            chosen = logits[place, kept].clone()
            logits[place] = -torch.inf
            logits[place, kept] = chosen
        return logits

    options = {"group_size": 3, "max_new_tokens": 12, "stop": (stop,), "rows": 6}
    done = sample(tiny.model(spread=4.0), prompts(), guide=guide, **options)
    for row, completion in enumerate(c for group in done for c in group):
        assert completion.stopped and len(completion.tokens) == endings[row]
        assert set(completion.body()) <= set(allowed)
        assert completion.logprobs[-1] == 0.0, "certain, under what the guide leaves"
        assert seen[row] == list(range(endings[row]))


@pytest.mark.parametrize("kind", sorted(tiny.CONFIGS))
@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_logprobs_are_those_of_a_plain_forward_pass(kind, temperature):
    model = tiny.model(kind, spread=4.0)
    done = sample(
        model,
        prompts(),
        group_size=3,
        # With 9 of a prompt more than the 12 tokens of a window: the padded path.
        max_new_tokens=14,
        stop=STOP,
        temperature=temperature,
    )
    for prompt, group in zip(prompts(), done, strict=True):
        for c in group:
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([prompt + c.tokens])).logits[0].float()
            expected = (logits / temperature).log_softmax(-1)[len(prompt) - 1 : -1]
            expected = expected.gather(1, torch.tensor(c.tokens)[:, None])[:, 0]
            torch.testing.assert_close(
                torch.tensor(c.logprobs), expected, atol=1e-5, rtol=1e-5, msg=kind
            )


def test_a_completion_ends_at_its_first_stop_token_or_at_the_limit():
    done = sample(
        tiny.model(spread=2.0), prompts(), group_size=8, max_new_tokens=20, stop=STOP, seed=1
    )
    completions = [c for group in done for c in group]
    assert any(c.stopped for c in completions)
    for c in completions:
        assert not set(c.tokens[:-1]) & set(STOP)
        assert c.stopped == (c.tokens[-1] in STOP)
        assert c.stopped or len(c.tokens) == 20
        assert len(c.body()) == len(c.tokens) - c.stopped


def test_greedy_takes_the_likeliest_token_like_transformers_does():
    model = tiny.model(spread=4.0)
    done = sample(model, prompts(), group_size=1, max_new_tokens=10, stop=(2,), temperature=0.0)
    for prompt, (completion,) in zip(prompts(), done, strict=True):
        expected = model.generate(
            torch.tensor([prompt]), do_sample=False, max_new_tokens=10, pad_token_id=0
        )[0, len(prompt) :]
        assert list(completion.tokens) == expected.tolist()


def test_one_prefill_gives_a_greedy_completion_and_drawn_ones():
    model = tiny.model(spread=4.0)
    options = {"max_new_tokens": 12, "stop": STOP, "seed": 5}
    mixed = sample(model, prompts(), group_size=3, temperature=[0.0, 0.7, 1.3], **options)
    greedy = sample(model, prompts(), group_size=3, temperature=0.0, **options)
    warm = sample(model, prompts(), group_size=3, temperature=0.7, **options)
    hot = sample(model, prompts(), group_size=3, temperature=1.3, **options)
    for place, alike in enumerate((greedy, warm, hot)):
        for ours, theirs in zip(mixed, alike, strict=True):
            assert ours[place].tokens == theirs[place].tokens
            assert ours[place].logprobs == pytest.approx(theirs[place].logprobs, abs=1e-5)


def test_frequencies_follow_the_distribution():
    torch.manual_seed(0)
    logits = torch.randn(1, 700) * 2
    count = 40_000
    uniforms = (torch.arange(count, dtype=torch.float64) + 0.5) / count
    tokens, logprobs = draw(logits.repeat(count, 1), uniforms, 1.0)
    shares = torch.bincount(tokens, minlength=700).double() / count
    expected = logits[0].double().softmax(-1)
    # Evenly spread uniform numbers hit every token within one part in `count` of its share.
    assert float((shares - expected).abs().max()) < 2.0 / count
    torch.testing.assert_close(logprobs, expected.log().float()[tokens], atol=1e-5, rtol=1e-5)


@given(st.floats(0.05, 1.0), st.integers(0, 2**32), st.floats(0, 1, exclude_max=True))
@settings(max_examples=60, deadline=None)
def test_top_p_never_draws_outside_the_nucleus(top_p, seed, uniform):
    logits = torch.randn(1, 300, generator=torch.Generator().manual_seed(seed)) * 3
    token, _ = draw(logits.clone(), torch.tensor([uniform], dtype=torch.float64), 1.0, top_p)
    probs = logits[0].softmax(-1)
    more_likely = float(probs[probs > probs[token]].sum())
    assert more_likely < top_p + 1e-6


@given(st.floats(0, 1, exclude_max=True))
@settings(max_examples=50, deadline=None)
def test_a_token_of_probability_zero_is_never_drawn(uniform):
    logits = torch.full((1, 600), -torch.inf)
    logits[0, [0, 255, 256, 599]] = torch.tensor([0.0, -30.0, 1.0, -60.0])
    token, logprob = draw(logits, torch.tensor([uniform], dtype=torch.float64), 1.0)
    assert int(token) in (0, 255, 256, 599)
    assert torch.isfinite(logprob).all()


@pytest.mark.parametrize("fits", [1, 2, 5])
def test_where_memory_runs_out_fewer_rows_are_decoded_together(fits, monkeypatch):
    from iapo.generate import sampling

    model = tiny.model(spread=4.0)
    options = {"group_size": 3, "max_new_tokens": 12, "stop": STOP, "seed": 5}
    whole = sample(model, prompts(), **options)
    real, tried = sampling._sample_batch, []

    def scarce(model, prompts, uniforms, *rest):
        tried.append(len(uniforms))
        if len(uniforms) > fits:
            raise torch.OutOfMemoryError("out of memory")
        return real(model, prompts, uniforms, *rest)

    monkeypatch.setattr(sampling, "_sample_batch", scarce)
    halved = sample(model, prompts(), **options)
    assert max(tried) == 12
    assert [[c.tokens for c in g] for g in halved] == [[c.tokens for c in g] for g in whole]


def test_memory_for_not_even_one_row_is_one_line(monkeypatch):
    from iapo.generate import sampling
    from iapo.models.memory import OutOfMemoryError

    def none_left(*_):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate")

    monkeypatch.setattr(sampling, "_sample_batch", none_left)
    with pytest.raises(OutOfMemoryError, match="lower max_new_tokens"):
        sample(tiny.model(), prompts(), group_size=2, max_new_tokens=4, stop=STOP)
