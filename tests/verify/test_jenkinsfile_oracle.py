"""The Jenkinsfile check agrees with Groovy itself, where it is installed."""

from __future__ import annotations

import pytest

from iapo.verify.jenkinsfile import check
from iapo.verify.oracles import jenkins as oracles

TEXTS = [
    "pipeline { agent any\n stages { stage('a') { steps { sh 'x' } } } }",
    "pipeline\n{\n agent any\n stages { stage('a')\n { steps { sh \"${x ? 'y' : \"z\"}\" } } } }",
    "node { stage('a') { sh '''x''' } }\ndef f(String a, b = [:]) { a ?: b }",
    "pipeline { stages { stage('a') { steps { sh 'x' } } } }",
    "pipeline { agent any\n stages { stage('a') { } } }",
    "pipeline { agent any\n stages { stage('a') { steps { def x = 1 } } } }",
    "pipeline { agent any\n agent any\n stages { stage('a') { steps { sh 'x' } } } }",
    "pipeline { agent any\n stages { stage('a') { steps { sh 'x' } } }\n post { allways { sh 'x' } } }",
    "pipeline { agent any\n stages { stage('a') { steps { sh 'x' }",
    'sh "a $(b)"',
    "sh 'a\\d'",
    "x = [1, 2",
    "x = 1 +",
    "if x { y }",
    "foo(a: 1, a: 2)",
    "a-b = 'x'",
    "# a",
    "a b c d",
    "x = $/a $b/$ + /c$(d)\\/e/",
]


@pytest.mark.skipif(not oracles.available(), reason="Groovy 2.4 with Java is not installed")
def test_same_verdicts() -> None:
    judged = oracles.judge(TEXTS)
    assert judged is not None
    ours = [check(text).valid for text in TEXTS]
    assert ours == [theirs.report.valid for theirs in judged]
