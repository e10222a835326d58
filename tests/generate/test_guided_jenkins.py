"""What the guide for Jenkinsfiles lets through: pipelines that Jenkins loads, and no section it lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import tiny
from guided_texts import assert_exact, assert_refused, closed, random_text, refused

from iapo.generate.guide import Guide
from iapo.generate.guide.masks import Masks
from iapo.verify import verify

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from walks.jenkinsfiles import Walk
from walks.verdicts import invented, kind


@pytest.fixture(scope="module")
def guide():
    return Guide(tiny.tokenizer(), format="jenkins")


def pipeline(lines, agent="any"):
    """A pipeline with a stage and more."""
    return (
        f"pipeline {{\n  agent {agent}\n{lines}\n"
        "  stages {\n    stage('Build') {\n      steps {\n        sh 'make'\n      }\n    }\n  }\n}\n"
    )


def steps(lines):
    """A pipeline with steps."""
    return f"pipeline {{\n agent any\n stages {{\n  stage('x') {{\n   steps {{\n{lines}\n   }}\n  }}\n }}\n}}\n"


WRITABLE = {
    "sections": pipeline("""  /* what
    there is */
  options {
    timeout(time: 1, unit: 'HOURS') // at most
    buildDiscarder(logRotator(numToKeepStr: '5'))
    timestamps()
    disableConcurrentBuilds abortPrevious: true
  }
  parameters {
    string(name: 'A', defaultValue: "b")
    choice name: 'C', choices: ['x', 'y']
  }
  triggers { cron('H * * * *'); pollSCM('@daily') }
  tools { maven 'M3'
    jdk('17') }
  environment {
    A = 'b' + "c${d}"
    KEY = credentials('id')
    WHEN = sh(script: 'date', returnStdout: true).trim()
  }
  post {
    always { junit 'x.xml' }
    failure { mail to: 'a@b.c', subject: "s" }
  }
  libraries { lib('a@1') }"""),
    "agents": pipeline("", """{
    docker {
      image 'node:20'
      args '-v /a:/b'
      reuseNode true
    }
  }"""),
    "agents that plugins add": pipeline("", """{
    kubernetes {
      yaml '''
a: b
'''
      containerTemplate { name 'x'
        image 'y' }
    }
  }"""),
    "stages": """@Library('a') _
import groovy.json.JsonSlurper
def x = 1
pipeline {
  agent { label 'a && b' }
  stages {
    stage("One") {
      when { beforeAgent true
        allOf { branch 'main'; not { tag 'x' }
          expression { return params.A == 'b' } } }
      input { message 'Go?'
        ok 'Yes' }
      steps { echo 'a' }
    }
    stage('Two') {
      failFast true
      parallel {
        stage('a') { agent none
          steps { echo 'a' } }
        stage('b') { stages { stage('c') { steps { bat 'x' } } } }
      }
    }
    stage('Three') {
      matrix {
        axes { axis { name 'OS'
          values 'linux', "windows" } }
        excludes { exclude { axis { name 'OS'
          notValues 'linux' } } }
        stages { stage('d') { steps { echo "${OS}" } } }
      }
    }
  }
}
def f(String a, b = [c: 1]) {
  return a + b
}
void g() { }
""",
    "steps": steps("""checkout scm
sh(script: "echo ${a.b('c')} $d", returnStatus: true)
sh '''
  echo "it's"
'''
retry(3) { sleep 5
  timeout(time: 2, unit: "MINUTES") { deleteDir() } }
withCredentials([usernamePassword(credentialsId: 'x', usernameVariable: 'U', passwordVariable: 'P')]) {
  git branch: 'main', url: 'https://example.com'
}
publishHTML([allowMissing: false, $class: 'X'])
writeFile file: 'a', text: b ? 'c' : d
step([$class: 'Y'])"""),
    "a script": steps("""script {
  def a = sh(returnStdout: true, script: 'x').trim()
  def b = readJSON file: 'x', text: 'y'
  if (a =~ /x.*y/ && !b.isEmpty()) {
    env.A = a.split('\\n')[0]
  } else if (a == null) echo 'none'
  else {
    echo "none"
  }
  for (int i = 0; i < 3; i++) { echo "${i}" }
  for (x in [1, 2.5]) { print x }
  a.each { k, v -> println k }
  list.findAll { it > 1 }
    .collect { String y -> y as String }
  try {
    x = new Foo.Bar(1)
  } catch (Exception | Error e) {
    throw e
  } finally { y += 1 }
  while (true) { break }
  switch (x) {
    case ~/a/: case "b":
      y = 1
      break
    default: y = 2
  }
  def m = [a: 1, 'b': [:], c: []]
  return
}"""),
    "scripted": """node('linux') {
  stage('Build') {
    checkout scm
    def image = docker.build("a:${env.BUILD_ID}")
    image.inside { sh 'make' }
  }
}
""",
}  # fmt: skip


@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_valid_can_be_written(guide, name):
    text = WRITABLE[name]
    report = verify(text, "jenkins")
    assert report.valid is True, report.diagnostics
    assert refused(guide, text) is None


REFUSED = {
    "a section that does not exist": (pipeline("  step"), "any\n  st"),
    "a section twice": (pipeline("  agent none"), "any\n  "),
    "no stages": ("pipeline {\n  agent any\n}", "any\n"),
    "no agent": ("pipeline {\n stages { stage('a') { steps { echo 'a' } } }\n}", "} }\n"),
    "an agent that does not exist": (pipeline("", "{ dockr"), "{ dock"),
    "a docker agent without image": (pipeline("", "{ docker { args 'a' }"), "'a' "),
    "a setting of another agent": (pipeline("", "{ docker { dir 'a'"), "docker { "),
    "an empty stage": ("pipeline {\n stages {\n stage('a') { }", "{ "),
    "steps and stages": (
        "pipeline {\n stages {\n stage('a') { steps { echo 'a' }\n stages", "}\n "),
    "a stage twice": (
        "pipeline {\n stages { stage('a') { steps { echo 'a' } }\n stage('a')", "stage('a"),
    "an agent beside parallel": (
        "pipeline {\n stages { stage('a') { agent any\n parallel", "any\n p"),
    "parallel in parallel": (
        "pipeline {\n stages { stage('a') { parallel { stage('b') { parallel", "stage('b') { p"),
    "no steps": (steps(""), "steps {\n\n   "),
    "Groovy where there are steps": (steps("def a = 1"), "def"),
    "a method where there are steps": (steps("docker.build('x')"), "docker"),
    "an argument that does not exist": (steps("sh(scripts: 'a')"), "sh(scripts"),
    "an argument that is missing": (steps("writeFile file: 'a'\n"), "file: 'a'"),
    "a text for a number": (steps("sleep '5'"), "sleep "),
    "a number for a text": (steps("sh 5"), "sh "),
    "a unit that does not exist": (steps("timeout(time: 5, unit: 'MINUTE')"), "unit: 'MINUTE"),
    "a step that is blocked": (steps("stage('x')"), "stage"),
    "a condition that does not exist": (pipeline("  post { allways"), "post { al"),
    "an empty post": (pipeline("  post { }"), "post { "),
    "an option that does not exist": (pipeline("  options { timeouts"), "timeout"),
    "an option that takes nothing": (pipeline("  options { timestamps(1)"), "timestamps("),
    "an argument that is passed over": (
        pipeline("  options { buildDiscarder(logRotator(numToKeep: 5))"), "logRotator(numToKeep"),
    "a trigger twice": (pipeline("  triggers { cron('a')\n cron('b')"), "cron('a')\n c"),
    "a variable twice": (pipeline("  environment { A = 'b'\n A = 'c'"), "'b'\n A"),
    "a property for a value": (pipeline("  environment { A = env.B\n"), "env.B"),
    "two conditions in not": (
        "pipeline { stages { stage('a') { when { not { branch 'a'\n tag 'b'", "'a'\n "),
    "an axis without values": (
        "pipeline { stages { stage('a') { matrix { axes { axis { name 'A' }", "'A' "),
    "an axis twice": (
        "pipeline { stages { stage('a') { matrix { axes { axis { name 'A'; values 'x' }\n"
        "axis { name 'A'", "name 'A"),
    "a parameter of three words": ("def f(int a b) { }", "int a "),
    "a label": ("while (a) { break b }", "break "),
    "an empty switch": (steps("script { switch (a) { }"), "{ "),
    "a method without a body": ("void f()\n1", "\n"),
    "a list for a key": (steps("x([[1]: 2])"), "[[1]"),
    "a member for a key": (steps("x([8.b: 2])"), "[8.b"),
    "an object for a key": (steps("x([a: 1, new A(): 2])"), "new"),
    "a lone dollar": (steps('sh "a $ b"'), 'sh "a $'),
    "an escape that does not exist": (steps("sh 'a \\d'"), "sh 'a \\"),
    "a bracket of another kind": (steps("sh(['a')"), "sh(['a'"),
    "a try without a catch": ("try {\n}\nfoo()", "}\nf"),
    "an operator without its operand": ("x = 1 +\n}", "+\n"),
    "an open pipeline": ("pipeline {\n", "<end>"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_valid_is_refused_where_it_goes_wrong(guide, name):
    text, until = REFUSED[name]
    assert_refused(guide, text, until)


CUT = {
    "nothing": "pipeline {\n",
    "a stage": "pipeline {\n  agent any\n  stages {\n    stage('x') {\n      ",
    "a string": pipeline("")[:-40],
    "arguments": "pipeline {\n agent any\n stages { stage('x') { steps { timeout(time: 5, ",
    "a fence": "```groovy\npipeline {\n  agent any\n",
}


@pytest.mark.parametrize("name", CUT)
def test_what_is_open_is_closed(guide, name):
    text = CUT[name]
    whole = (text + closed(guide, text)).removeprefix("```groovy\n").removesuffix("```")
    assert verify(whole, "jenkins").valid is True, whole


def test_a_fence_is_closed(guide):
    assert refused(guide, f"```groovy\n{pipeline('')}```\n") is None
    assert (refused(guide, f"```groovy\n{pipeline('')}") or "").endswith("<end>")


def positions(guide, text):
    """Before each token of a text, and after the last."""
    position = guide.first
    yield position
    for token in guide.tokens(text):
        position = guide.after(position, token)
        yield position


class Crossing(Guide):
    """A guide of tokens that cross the borders of words, strings and brackets."""

    def __init__(self):
        self.tokenizer = tiny.tokenizer(list(WRITABLE.values()), 900, words=False)
        super().__init__(self.tokenizer, format="jenkins", bound=None)

    def tokens(self, text):
        return self.tokenizer(text, add_special_tokens=False)["input_ids"]


@pytest.fixture(scope="module")
def crossing():
    return Crossing()


@pytest.mark.parametrize("name", WRITABLE)
def test_a_mask_is_exactly_the_tokens_that_can_be_written(crossing, name):
    for number, text in enumerate((WRITABLE[name], f"```groovy\n{WRITABLE[name]}```\n")):
        for place, position in enumerate(positions(crossing, text)):
            if place % 3 == number:
                assert_exact(crossing, position)


def test_what_is_found_in_one_stage_is_not_looked_for_in_the_next(crossing, monkeypatch):
    looked = []
    own = Masks._own
    monkeypatch.setattr(
        Masks, "_own", lambda self, state, first: looked.append(state) or own(self, state, first)
    )

    def stage(name):
        return f"stage('{name}') {{ steps {{ script {{ if (a(b: [c])) {{ d 'e', f }} }} }} }}\n"

    def written(texts):
        """The states that were looked at in the last of some texts."""
        position = crossing.first
        for text in texts:
            looked.clear()
            for token in crossing.tokens(text):
                crossing.mask(position)
                position = crossing.after(position, token)
            assert position.state is not None
        return len(looked)

    before = "pipeline { agent any\nstages {\n"
    first = written((before, stage("one")))
    # What is looked for in the second are its name and what depends on the names of stages.
    assert written((before, stage("one"), stage("two"))) < first / 3
    assert written((before, stage("one"), stage("two"))) == 0


@pytest.mark.parametrize("number", range(30))
def test_a_random_file_is_valid(guide, number):
    text = random_text(Walk, guide, f"test/{number}")
    report = verify(text, "jenkins")
    assert invented(report) == []
    assert kind(report) == "valid", report.diagnostics
