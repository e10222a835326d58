"""Train the embedded model for a few minutes, and ask it for a bucket.

Run it with `python examples/quickstart.py`; it needs `pip install "iapo[train]"`.
"""

from __future__ import annotations

from iapo import IaCReward, IAPOTrainer, create_dataset
from iapo.generate import generate


def main() -> None:
    dataset = create_dataset(size=40, categories=["terraform"], split="train")
    print(dataset)

    # What a perfect answer earns, and an empty one.
    reward = IaCReward(alpha=0.4, beta=0.3, gamma=0.3)
    print(reward.score(dataset[0].output, category="terraform", task=dataset[0]))
    print(reward.score("I cannot do that.", category="terraform", task=dataset[0]))

    trainer = IAPOTrainer(
        lr=2e-5,
        group_size=4,
        prompts_per_step=4,
        warmstart_steps=20,
        max_new_tokens=160,
        display=True,
    )
    for epoch in trainer.train(dataset, epochs=1):
        print(epoch)
    trainer.save("./my-model")

    done = generate(
        "Create a Terraform S3 bucket named acme-logs with versioning.", model="./my-model"
    )
    print(done.best.code)
    print("verifies:", done.best.report.valid)


if __name__ == "__main__":
    main()
