"""What makes a Jenkinsfile valid, and what an intent finds in its document."""

from __future__ import annotations

import pytest

from iapo.verify.jenkinsfile import check
from iapo.verify.report import Report

BUILD = """\
#!/usr/bin/env groovy
@Library('shared@1.0') _

def greeting(String name) { return "hello ${name ?: 'you'}" }

pipeline {
    agent { docker { image 'maven:3.9'; args '-v /tmp:/tmp' } }
    environment {
        TOKEN = credentials('token')
        VERSION = "1.${env.BUILD_NUMBER}"
    }
    options {
        timeout(time: 1, unit: 'HOURS')
        buildDiscarder(logRotator(numToKeepStr: '10'))
    }
    parameters { string(name: 'TARGET', defaultValue: 'dev', description: '') }
    triggers { cron('H 4 * * 1-5') }
    tools { maven '3.9' }
    stages {
        stage('Build') {
            steps {
                sh 'mvn -B package'
                sh(script: "echo ${VERSION}", label: 'version')
                script {
                    def x = [a: 1, b: 2].collect { k, v -> "$k=$v" }
                    if (x.any { it =~ /a=\\d+/ }) { echo x.join(',') }
                }
                withCredentials([string(credentialsId: 'id', variable: 'SECRET')]) {
                    sh '''
                        curl -H "Authorization: $SECRET" https://example.com
                    '''
                }
            }
        }
        stage('Test') {
            failFast true
            parallel {
                stage('Unit') { steps { sh 'make unit' } }
                stage('Lint') { agent any; steps { sh 'make lint' } }
            }
        }
        stage('Deploy') {
            when { allOf { branch 'main'; not { changeRequest() } } }
            input { message 'Deploy?' }
            steps { echo 'deploying' }
        }
    }
    post {
        always { junit 'target/*.xml' }
        failure { mail to: 'team@example.com', subject: 'broken', body: 'see log' }
    }
}
"""


def stages(body: str) -> str:
    return "pipeline { agent any\n stages {\n" + body + "\n} }\n"


def steps(body: str) -> str:
    return stages("stage('a') { steps {\n" + body + "\n} }")


def top(section: str) -> str:
    return "pipeline { agent any\n" + section + "\nstages { stage('a') { steps { sh 'x' } } } }\n"


def codes(report: Report) -> set[str]:
    return {diagnostic.code for diagnostic in report.errors}


def test_a_real_file_is_valid() -> None:
    report = check(BUILD)
    assert report.diagnostics == ()
    assert report.valid is True and report.sound == 1.0


def test_the_document_of_a_declarative_pipeline() -> None:
    (document,) = check(BUILD).documents
    assert document["scripted"] is False
    assert document["agent"] == {"docker": {"image": "maven:3.9", "args": "-v /tmp:/tmp"}}
    assert document["environment"] == {
        "TOKEN": {"name": "credentials", "arguments": ["token"]},
        "VERSION": "1.${env.BUILD_NUMBER}",
    }
    assert document["options"][0] == {
        "name": "timeout",
        "arguments": [1],
        "named": {"time": 1, "unit": "HOURS"},
    }
    assert document["triggers"] == [{"name": "cron", "arguments": ["H 4 * * 1-5"]}]
    assert document["tools"] == {"maven": "3.9"}
    assert document["post"]["always"] == [{"name": "junit", "arguments": ["target/*.xml"]}]


def test_the_stages_of_a_declarative_pipeline() -> None:
    build, test, deploy = check(BUILD).documents[0]["stages"]
    assert build["steps"][0] == {"name": "sh", "arguments": ["mvn -B package"]}
    assert build["steps"][1]["arguments"] == ["echo ${VERSION}"]
    assert build["steps"][2]["script"].startswith("def x")
    assert build["steps"][3]["steps"][0]["name"] == "sh"
    assert test["failFast"] is True
    assert [inner["name"] for inner in test["parallel"]] == ["Unit", "Lint"]
    (condition,) = deploy["when"]["conditions"]
    assert [inner["name"] for inner in condition["conditions"]] == ["branch", "not"]
    assert deploy["input"] == {"message": "Deploy?"}


def test_the_stages_of_a_scripted_pipeline() -> None:
    report = check("node('linux') {\n  stage('Build') { sh 'make' }\n  stage(\"x${1}\") { }\n}\n")
    assert report.valid is True
    assert report.documents[0] == {
        "scripted": True,
        "stages": [
            {"name": "Build", "steps": [{"name": "sh", "arguments": ["make"]}]},
            {"name": None, "steps": []},
        ],
    }


MATRIX = "stage('a') { matrix { %s\n stages { stage('b') { steps { sh 'x' } } } } }"
AXES = "axes { axis { name 'OS'\n values 'linux', 'mac' } }"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no-pipeline"),
        ("pipeline { stages { stage('a') { steps { sh 'x' } } } }", "missing-agent"),
        ("pipeline { agent any }", "missing-stages"),
        ("pipeline 'a'", "no-block"),
        ("node { pipeline { agent any } }", "pipeline-not-at-top"),
        (top("agent none"), "duplicate-section"),
        (top("stage('b') { }"), "unknown-section"),
        (top("enviroment { A = '1' }"), "unknown-section"),
        (top("notifications { always { echo 'x' } }"), "renamed-section"),
        (top("def x = 1"), "not-a-section"),
        (top("post { }"), "empty-section"),
        (top("post { sh 'x' }"), "bad-post"),
        (top("post { allways { sh 'x' } }"), "unknown-post-condition"),
        (top("post { always { sh 'x' }\n always { sh 'y' } }"), "duplicate-section"),
        (top("post { always { } }"), "empty-steps"),
        (top("environment { }"), "empty-section"),
        (top("environment { sh 'x' }"), "bad-environment"),
        (top("environment { A = 'x'\n A = 'y' }"), "duplicate-variable"),
        (top("environment { A = params.B }"), "bad-environment"),
        (top("environment { A = x ? 'a' : 'b' }"), "bad-environment"),
        (top("environment { A = ${B} }"), "bare-variable"),
        (top("environment { 'a-b' = 'x' }"), "groovy-syntax"),
        (top("options { }"), "empty-section"),
        (top("options { timestamps }"), "bad-option"),
        (top("options { timeout(5, 'MINUTES') }"), "unnamed-arguments"),
        (top("options { timeout(tme: 5) }"), "unknown-argument"),
        (top("options { parameters([]) }"), "unknown-option"),
        (top("options { timestamp() }"), "unknown-option"),
        (top("options { retry(2)\n retry(3) }"), "duplicate-option"),
        (top("options { buildDiscarder { } }"), "bad-option"),
        (top("parameters { stringParam(name: 'a') }"), "unknown-parameter"),
        (top("parameters { string(defaultValue: 'a') }"), "missing-argument"),
        (top("parameters { choice(name: 'a', option: ['b']) }"), "unknown-argument"),
        (top("triggers { cron() }"), "missing-argument"),
        (top("triggers { cron('a')\n cron('b') }"), "duplicate-trigger"),
        (top("triggers { [$class: 'X'] }"), "map-not-allowed"),
        (top("triggers { pollScm('x') }"), "unknown-trigger"),
        (top("tools { java '17' }"), "unknown-tool"),
        (top("tools { maven }"), "bad-tool"),
        (top("libraries { 'x' }"), "bad-library"),
        ("pipeline { agent { } stages { stage('a') { steps { sh 'x' } } } }", "not-a-section"),
        ("pipeline { agent { }\n stages { stage('a') { steps { sh 'x' } } } }", "bad-agent"),
        ("pipeline { agent 'x'\n stages { stage('a') { steps { sh 'x' } } } }", "bad-agent"),
        ("pipeline { agent { any }\n stages { stage('a') { steps { sh 'x' } } } }", "bad-agent"),
        ("pipeline { agent { docker { args 'x' } }\n stages { stage('a') { steps { sh 'x' } } } }",
         "missing-argument"),
        ("pipeline { agent { docker { image 'x'\n img 'y' } }\n"
         " stages { stage('a') { steps { sh 'x' } } } }", "unknown-argument"),
        ("pipeline { agent { label 'x'\n docker 'y' }\n"
         " stages { stage('a') { steps { sh 'x' } } } }", "several-agents"),
        ("pipeline { agent { dokcer 'x' }\n stages { stage('a') { steps { sh 'x' } } } }",
         "unknown-agent"),
        (stages(""), "empty-section"),
        (stages("steps { sh 'x' }"), "not-a-stage"),
        (stages("stage { steps { sh 'x' } }"), "stage-without-name"),
        (stages("stage(\"a${b}\") { steps { sh 'x' } }"), "stage-name-not-literal"),
        (stages("stage('a') { }"), "empty-stage"),
        (stages("stage('a') { sh 'x' }"), "unknown-section"),
        (stages("stage('a') { steps { } }"), "empty-steps"),
        (stages("stage('a') { steps { sh 'x' }\n steps { sh 'y' } }"), "duplicate-section"),
        (stages("stage('a') { steps { sh 'x' }\n stages { stage('b') { steps { sh 'y' } } } }"),
         "stage-with-several-bodies"),
        (stages("stage('a') { steps { sh 'x' } }\n stage('a') { steps { sh 'y' } }"),
         "duplicate-stage"),
        (stages("stage('a') { agent any\n parallel { stage('b') { steps { sh 'x' } } } }"),
         "agent-with-parallel"),
        (stages("stage('a') { parallel { stage('b') { parallel { stage('c') { steps { sh 'x' } }"
                " } } } }"), "nested-parallel"),
        (stages("stage('a') { options { buildDiscarder(logRotator(numToKeepStr: '1')) }\n"
                " steps { sh 'x' } }"), "option-not-in-stage"),
        (stages("stage('a') { when { }\n steps { sh 'x' } }"), "empty-section"),
        (stages("stage('a') { when { brnch 'x' }\n steps { sh 'x' } }"), "unknown-condition"),
        (stages("stage('a') { when { not { branch 'a'\n branch 'b' } }\n steps { sh 'x' } }"),
         "bad-when"),
        (stages("stage('a') { when { env.X == 'y' }\n steps { sh 'x' } }"), "bad-when"),
        (stages("stage('a') { when { environment name: 'x' }\n steps { sh 'x' } }"),
         "missing-argument"),
        (stages("stage('a') { when { beforeAgent 'yes'\n branch 'x' }\n steps { sh 'x' } }"),
         "not-boolean"),
        (stages("stage('a') { input { ok 'x' }\n steps { sh 'x' } }"), "missing-argument"),
        (stages("stage('a') { input { message 'x'\n text 'y' }\n steps { sh 'x' } }"),
         "unknown-argument"),
        (stages(MATRIX % ""), "missing-axes"),
        (stages(MATRIX % "axes { }"), "empty-section"),
        (stages(MATRIX % "axes { axis { name 'A B'\n values 'x' } }"), "bad-variable-name"),
        (stages(MATRIX % "axes { axis { name 'A'\n values 'x', 'x' } }"), "duplicate-axis-value"),
        (stages(MATRIX % (AXES + "\n axes { }")), "duplicate-section"),
        (stages(MATRIX % (AXES + "\n excludes { axis { } }")), "bad-matrix"),
        (steps("def x = 1"), "not-a-step"),
        (steps("if (a) { sh 'x' }"), "not-a-step"),
        (steps("x = sh 'y'"), "not-a-step"),
        (steps("currentBuild.setResult('x')"), "method-call-in-steps"),
        (steps("script"), "not-a-step"),
        (steps("dir('x') { def y = 1 }"), "not-a-step"),
        (steps("stage('x') { sh 'y' }"), "blocked-step"),
        (steps("timeout(time: '5', unit: 'MINUTES') { sh 'x' }"), "wrong-type"),
        (steps("timeout(time: 5, time: 6) { sh 'x' }"), "duplicate-argument"),
        (steps("timeout(time: 99999999999999999999) { sh 'x' }"), "number-too-large"),
        (steps("echo 5"), "wrong-type"),
        (steps("sh ${x}"), "bare-variable"),
        (steps("writeFile file: 'x'"), "missing-argument"),
        (steps("archiveArtifacts artefacts: 'x'"), "unknown-argument"),
        (steps("parallel(a: { sh 'x' }, b: 'y')"), "bad-parallel"),
    ],
)  # fmt: skip
def test_rejected(text: str, code: str) -> None:
    report = check(text)
    assert report.valid is False
    assert code in codes(report)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pipeline {", "unbalanced"),
        ("pipeline { ] }", "unbalanced"),
        ("echo 'x", "unterminated-string"),
        ("echo '''x", "unterminated-string"),
        ("/* x", "unterminated-comment"),
        ('echo "cost: $5"', "lone-dollar"),
        ('sh "ls $(pwd)"', "lone-dollar"),
        ("sh 'grep \\d'", "bad-escape"),
        ("# a comment", "unexpected-character"),
        ("x = ", "groovy-syntax"),
        ("x = [1, 2", "unbalanced"),
        ("x = ['a' 'b']", "groovy-syntax"),
        ("foo(a b)", "groovy-syntax"),
        ("if x { y }", "groovy-syntax"),
        ("else { y }", "groovy-syntax"),
        ("try { x }", "groovy-syntax"),
        ('x = "${a +}"', "groovy-syntax"),
        ("x = 5 %", "groovy-syntax"),
        ("a\n && b", "groovy-syntax"),
        ("x = [a: 1, 2]", "groovy-syntax"),
        ("foo(a: 1, a: 2)", "duplicate-argument"),
    ],
)
def test_not_groovy(text: str, code: str) -> None:
    report = check(text)
    assert report.valid is False and report.parses is False and report.sound == 0.0
    assert codes(report) == {code}


def test_an_option_of_an_unknown_plugin_leaves_the_verdict_open() -> None:
    assert check(top("options { quantumEntangle(7) }")).valid is None
    assert check(top("options { quantumEntangle(7) }\n post { }")).valid is False


def test_a_step_of_an_unknown_plugin_is_allowed() -> None:
    assert check(steps("quantumEntangle qubits: 7, mode: 'warm'")).valid is True


def test_the_place_of_a_fault() -> None:
    (fault,) = check(top("post {\n  allways { sh 'x' }\n}")).errors
    assert (fault.line, fault.column) == (3, 3)


def test_sound_counts_sections_and_stages() -> None:
    report = check(
        stages("stage('a') { steps { sh 'x' } }\n stage('b') { }\n stage('c') { steps { sh 'x' } }")
    )
    assert report.sound == pytest.approx(4 / 5)  # agent, stages, a and c of five


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "[" * 200 + "]" * 200,
        "{ ->" * 500 + "}" * 500,
        '"${' * 300 + '}"' * 300,
        "!" * 50_000 + "x",
        "-" * 50_000 + "1",
        "a = " * 20_000 + "1",
        "a ? b : " * 20_000 + "c",
        "if (a) " * 20_000 + "b",
        "if (a) b else " * 20_000 + "c",
        "a.b" * 50_000,
        "x = 1" + " + 1" * 50_000,
        "'" * 99_999,
        "a\n" * 19_000,
        "a\n" * 49_000,
        "x = " + "9" * 100_000,
        "pipeline {" * 80 + "}" * 80,
        "def a(" * 5_000,
        "List<" * 5_000,
        "foo {" * 60 + "}" * 60,
        "\0",
        "a||b&&c|d^e&f==g<h<<i+j*k**(" * 85,
        "a||b&&c|d^e&f==g<h<<i+j*k**(" * 85 + "1" + ")" * 85,
        "x = " + "[a: " * 80 + "1" + "]" * 80,
        "node { stage('a') { sh(x: " + "[" * 60 + "]" * 60 + ") } }",
        "\udc80 = 1",
    ],
)
def test_hostile_input_ends_soon(text: str) -> None:
    check(text)


def with_option(option: str) -> str:
    return (
        f"pipeline {{\n agent any\n options {{ {option} }}\n"
        " stages { stage('a') { steps { echo 'x' } } }\n}\n"
    )


def test_units_of_time_are_those_of_java() -> None:
    assert check(with_option("timeout(time: 1, unit: 'HOURS')")).valid is True
    for unit in ("HOUR", "minutes", "min"):
        report = check(with_option(f"timeout(time: 1, unit: '{unit}')"))
        assert [d.code for d in report.errors] == ["bad-unit"], unit


def test_a_setting_that_the_log_rotator_ignores_is_a_warning() -> None:
    report = check(with_option("buildDiscarder(logRotator(numToKeep: '10'))"))
    assert report.valid is True
    assert "numToKeepStr" in report.diagnostics[0].message
