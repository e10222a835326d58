"""The names that Declarative Pipeline and the common plugins define, and what they take.

Sections, conditions and agents are fixed by the pipeline-model-definition plugin. Options,
triggers, parameters, tools and steps come from plugins as well: a name that is not listed here is
not wrong, it cannot be judged.
"""

# ruff: noqa: SIM905 - a list of words reads best as one string
from __future__ import annotations

from typing import NamedTuple

TOP_SECTIONS = frozenset(
    "agent environment libraries options parameters post stages tools triggers".split()
)
STAGE_SECTIONS = frozenset(
    "agent environment failFast input matrix options parallel post stages steps tools when".split()
)
MATRIX_SECTIONS = frozenset(
    "agent axes environment excludes input options post stages tools when".split()
)
RENAMED_SECTIONS = {
    "wrappers": "options",
    "properties": "options",
    "jobProperties": "options",
    "notifications": "post",
    "postBuild": "post",
}
POST_CONDITIONS = frozenset(
    "aborted always changed cleanup failure fixed notBuilt regression success unstable "
    "unsuccessful".split()
)
INPUT_FIELDS = frozenset("id message ok parameters submitter submitterParameter".split())
WHEN_FLAGS = frozenset(("beforeAgent", "beforeInput", "beforeOptions"))
NESTED_CONDITIONS = frozenset(("allOf", "anyOf", "not"))

# Steps that Declarative refuses inside `steps`, and why.
BLOCKED_STEPS = {
    "stage": "use `stages` or `parallel` beside `steps` for nested stages",
    "properties": "use `options`, `parameters` or `triggers`",
    "parallel": "use a `parallel` section in the stage, or make it the only step",
}
BLOCKED_CALLS = BLOCKED_STEPS | {"node": "use `agent`"}


class Signature(NamedTuple):
    """What a step, option, trigger or parameter takes.

    Attributes:
        required: names that must be given; where there is exactly one it may go unnamed.
        optional: other names.
        open: whether names that are not listed may exist.
    """

    required: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    open: bool = False


def _takes(required: str = "", optional: str = "", *, more: bool = False) -> Signature:
    return Signature(tuple(required.split()), frozenset(optional.split()), more)


_ANY = Signature(open=True)

CONDITIONS: dict[str, Signature] = {
    "allOf": _ANY,
    "anyOf": _ANY,
    "not": _ANY,
    "branch": _takes("pattern", "comparator"),
    "buildingTag": _takes(),
    "changeRequest": _takes(
        "", "id target branch fork url title author authorDisplayName authorEmail comparator"
    ),
    "changelog": _takes("pattern"),
    "changeset": _takes("pattern", "caseSensitive comparator glob"),
    "environment": _takes("name value", "ignoreCase"),
    "equals": _takes("actual expected"),
    "expression": _ANY,
    "isRestartedRun": _takes(),
    "tag": _takes("", "pattern comparator"),
    "triggeredBy": _takes("", "value cause detail"),
}

_DOCKER = (
    "alwaysPull args containerPerStageRoot customWorkspace label registryCredentialsId registryUrl "
    "reuseNode"
)
AGENTS: dict[str, Signature] = {
    "label": _takes("label", "customWorkspace retries"),
    "node": _takes("label", "customWorkspace retries"),
    "docker": _takes("image", _DOCKER),
    "dockerfile": _takes("", f"additionalBuildArgs dir filename {_DOCKER}"),
    "dockerContainer": _takes("image", more=True),
    "kubernetes": _ANY,
    "ecs": _ANY,
    "podman": _ANY,
    "nomad": _ANY,
}
ZERO_ARGUMENT_AGENTS = frozenset(("any", "none"))

_STRING = _takes("name", "defaultValue description trim")
PARAMETERS: dict[str, Signature] = {
    "booleanParam": _takes("name", "defaultValue description"),
    "choice": _takes("name", "choices description"),
    "credentials": _takes("name", "credentialType defaultValue description required"),
    "file": _takes("name", "description"),
    "password": _takes("name", "defaultValue defaultValueAsSecret description"),
    "run": _takes("name projectName", "description filter"),
    "string": _STRING,
    "text": _STRING,
}
PLUGIN_PARAMETERS = frozenset(
    "activeChoice activeChoiceHtml activeChoiceReactive activeChoiceReactiveReference base64File "
    "buildSelector dateParameter extendedChoice gitParameter gitParameterDefinition hidden "
    "imageTag jiraIssue jobParam labelParam labelSelector listGitBranches listSubversionTags "
    "nodeParam nonStoredPassword patchset persistentBoolean persistentChoice persistentString "
    "persistentText randomString reactiveChoice reactiveReference reservedString rundeckOption "
    "separator stashedFile validatingString validatingStringParameter validatingYaml "
    "customParam".split()
)
# Names of other tools' dialects that no plugin defines here, and what is meant.
WRONG_PARAMETERS = {
    "stringParam": "string",
    "textParam": "text",
    "choiceParam": "choice",
    "passwordParam": "password",
    "fileParam": "file",
    "runParam": "run",
    "credentialsParam": "credentials",
    "boolean": "booleanParam",
    "bool": "booleanParam",
    "boolParam": "booleanParam",
    "booleanParameter": "booleanParam",
    "stringParameter": "string",
    "choices": "choice",
    "number": "string",
    "int": "string",
    "integer": "string",
}

TRIGGERS: dict[str, Signature] = {
    "cron": _takes("spec"),
    "pollSCM": _takes("scmpoll_spec", "ignorePostCommitHooks"),
    "upstream": _takes("upstreamProjects", "threshold"),
    "githubPush": _takes(),
    "bitbucketPush": _ANY,
    "parameterizedCron": _takes("parameterizedSpecification"),
}
PLUGIN_TRIGGERS = frozenset(
    "GenericTrigger URLTrigger azureDevOps bitBucketTrigger bitbucket bitbucketPullRequests "
    "buildResultTrigger dockerHub dockerHubTrigger eventTrigger fsTrigger genericTrigger gerrit "
    "ghprbTrigger gitee githubBranches githubPullRequests githubPullRequest gitlab gitlabPush "
    "gogs issueCommentTrigger jiraTrigger jmsTrigger nexus pullRequestReview registryWebhook "
    "rhmq scmTrigger snapshotDependencies ciBuildTrigger urlTrigger webhook eventSource "
    "bitbucketBuildTrigger artifactoryTrigger BitBucketPPR bitBucketPPR "
    "multiBranchTrigger releaseTrigger quayIoTrigger".split()
)
WRONG_TRIGGERS = {
    "scm": "pollSCM",
    "pollScm": "pollSCM",
    "poll": "pollSCM",
    "schedule": "cron",
    "timer": "cron",
    "github": "githubPush",
    "push": "githubPush",
    "githubWebhook": "githubPush",
    "gitHubPush": "githubPush",
    "GitHubPush": "githubPush",
}

# Options of the whole pipeline only: they set properties of the job.
JOB_OPTIONS: dict[str, Signature] = {
    "buildDiscarder": _takes("strategy"),
    "copyArtifactPermission": _takes("projectNames"),
    "disableConcurrentBuilds": _takes("", "abortPrevious"),
    "disableRestartFromStage": _takes(),
    "disableResume": _takes(),
    "durabilityHint": _takes("hint"),
    "newContainerPerStage": _takes(),
    "overrideIndexTriggers": _takes("", "enableTriggers"),
    "parallelsAlwaysFailFast": _takes(),
    "preserveStashes": _takes("", "buildCount"),
    "quietPeriod": _takes("quietPeriod"),
    "rateLimitBuilds": _ANY,
    "skipStagesAfterUnstable": _takes(),
}
OPTIONS: dict[str, Signature] = {
    "ansiColor": _ANY,
    "cache": _ANY,
    "catchError": _takes("", "buildResult stageResult message catchInterruptions"),
    "checkoutToSubdirectory": _takes("subdirectory"),
    "lock": _ANY,
    "podTemplate": _ANY,
    "retry": _takes("count", "conditions"),
    "script": _ANY,
    "skipDefaultCheckout": _takes("", "skipDefaultCheckout value"),
    "timeout": _takes("time", "activity unit"),
    "timestamps": _takes(),
    "waitUntil": _ANY,
    "warnError": _takes("message", "catchInterruptions"),
    "withChecks": _ANY,
    "withContext": _ANY,
    "withCredentials": _takes("bindings"),
    "withEnv": _takes("overrides"),
    "wrap": _takes("delegate", more=True),
    "ws": _takes("dir"),
}
PLUGIN_OPTIONS = frozenset(
    "authorizationMatrix azureKeyVault blockOn bitbucketStatusNotify buildBlocker "
    "buildBlockerProperty buildDescription buildUser datadog disableProjectProperty "
    "discoverGitReferenceBuild forceSandbox gitConnection gitHubProjectProperty githubProject "
    "githubProjectProperty gitlabBuilds gitlabCommitStatus gitLabConnection giteeConnection "
    "groovyScript hashicorpVault isProjectRelease jiraProjectProperty lastChanges "
    "leastLoadDisabled loadSplitting milestone office365ConnectorWebhooks openshift "
    "pipelineTriggers priority quarantine rebuild rebuildSettings repoName resourcePool sidebarLinks "
    "sshagent sshAgent throttle throttleJobProperty tools useBuildUser withAWS withAzureKeyvault "
    "withDockerRegistry withKubeConfig withMaven withSonarQubeEnv withVault wrappers xvfb "
    "zulipNotification teamconcert hidden buildName nodejs withFolderProperties "
    "withGroovy realtimeJUnit office365".split()
)
WRONG_OPTIONS = {
    "parameters": "use the `parameters` section instead",
    "triggers": "use the `triggers` section instead",
    "pipelineTriggers": "use the `triggers` section instead",
    "properties": "write the properties directly in `options`",
    "logRotator": "wrap it: buildDiscarder(logRotator(...))",
    "timestamp": "did you mean timestamps()?",
    "agent": "`agent` is a section of the pipeline or stage",
    "environment": "`environment` is a section of the pipeline or stage",
    "failFast": "write `failFast true` in the stage, or parallelsAlwaysFailFast() here",
}

TOOLS = frozenset("ant git gradle jdk jgit jgitapache maven".split())
PLUGIN_TOOLS = frozenset(
    "allure androidSdk ansible cmake conan dependency-check docker dockerTool dotnetsdk flutter go "
    "golang grails groovy helm jfrog jmeter kubectl mongodb msbuild nodejs nuget oc packer perl "
    "play python rake rust sbt scala snyk sonarRunner sonarqube sonarqubeScanner terraform "
    "terragrunt xcode".split()
)
WRONG_TOOLS = {"java": "jdk", "node": "nodejs", "npm": "nodejs", "mvn": "maven"}

_SHELL = "encoding label returnStatus returnStdout"
STEPS: dict[str, Signature] = {
    "archiveArtifacts": _takes(
        "artifacts",
        "allowEmptyArchive caseSensitive defaultExcludes excludes fingerprint followSymlinks "
        "onlyIfSuccessful",
    ),
    "bat": _takes("script", _SHELL),
    "catchError": _takes("", "buildResult stageResult message catchInterruptions"),
    "deleteDir": _takes(),
    "dir": _takes("path"),
    "echo": _takes("message"),
    "error": _takes("message"),
    "fileExists": _takes("file"),
    "isUnix": _takes(),
    "powershell": _takes("script", _SHELL),
    "pwd": _takes("", "tmp"),
    "pwsh": _takes("script", _SHELL),
    "readFile": _takes("file", "encoding"),
    "retry": _takes("count", "conditions"),
    "sh": _takes("script", _SHELL),
    "sleep": _takes("time", "unit"),
    "stash": _takes("name", "allowEmpty excludes includes useDefaultExcludes"),
    "timeout": _takes("time", "activity unit"),
    "timestamps": _takes(),
    "unstable": _takes("message"),
    "unstash": _takes("name"),
    "warnError": _takes("message", "catchInterruptions"),
    "withCredentials": _takes("bindings"),
    "withEnv": _takes("overrides"),
    "writeFile": _takes("file text", "encoding"),
}
TEXT_ARGUMENTS = frozenset(
    (step, name)
    for step, signature in STEPS.items()
    for name in (*signature.required, "label", "encoding", "includes", "excludes", "unit")
    if name not in ("time", "count", "bindings", "overrides")
)
NUMBER_ARGUMENTS = frozenset((("retry", "count"), ("sleep", "time"), ("timeout", "time")))
# java.util.concurrent.TimeUnit, whose names Jenkins takes as they are.
UNITS = (
    "NANOSECONDS",
    "MICROSECONDS",
    "MILLISECONDS",
    "SECONDS",
    "MINUTES",
    "HOURS",
    "DAYS",
)
# Arguments that Jenkins passes over, with a line in the log, when it does not know them.
LOG_ROTATOR = _takes(
    "", "daysToKeepStr numToKeepStr artifactDaysToKeepStr artifactNumToKeepStr removeLastBuild"
)
