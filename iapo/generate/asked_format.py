"""Which format a request asks for, told by its words: names first, then words at home in one format.

It answers None rather than guess where nothing, or two formats alike, are spoken for.
"""

from __future__ import annotations

import re
from functools import cache

from iapo.verify.report import Format

# A format's own name settles it, the telling ones first: a workflow that builds an image is a workflow.
_NAMES: tuple[tuple[Format, str], ...] = (
    ("github-actions", r"github[\s-]+(?:actions?|workflows?)|actions workflow"),
    ("gitlab-ci", r"gitlab(?:[\s-]ci)?(?:\.ya?ml)?"),
    ("jenkins", r"jenkins(?:file)?|declarative pipeline|scripted pipeline"),
    ("compose", r"(?:docker[\s-])?compose(?:\.ya?ml)?"),
    ("dockerfile", r"dockerfile|containerfile"),
    ("terraform", r"terraform|opentofu|hcl|tfvars"),
    ("kubernetes", r"kubernetes|k8s"),
)
# Else the words speak, each for the format it is at home in: the strong ones count three times.
_STRONG: tuple[tuple[Format, str], ...] = (
    (
        "terraform",
        r"(?:aws|azurerm|azuread|google|kubernetes|helm|random|tls|local|null|docker|github|vault)"
        r"_[a-z0-9]\w+|S3|EC2|VPC|RDS|EBS|EFS|ECS|EKS|ECR|SQS|SNS|KMS|ACM|ELB|ALB|WAF\w*|IAM|AMI"
        r"|AWS|Lambda|DynamoDB|Cloud(?:Front|Watch|Trail|Formation)|Route ?53|Kinesis|Aurora"
        r"|ElastiCache|Redshift|Athena|Cognito|EventBridge|AppSync|Azure|GCP|Google Cloud|BigQuery"
        r"|Pub/?Sub|GCS|GKE|AKS|Cloud (?:Run|SQL|Storage|Functions?|DNS|Armor)|App Runner|IMDSv[12]"
        # What only clouds have: machine sizes, images, groups, places; and words of the language.
        r"|[a-z]+\d[a-z]*\.(?:nano|micro|small|medium|\d*x?large)|(?:ami|i)-0[0-9a-f]+|rg-[\w-]+"
        r"|Standard_\w+|(?:west|east|north|south|central)(?:us|europe|uk|india)\d?|\w+central"
        r"|(?:europe|us|asia)-(?:north|south)?(?:west|east|central)\d(?:-[a-z])?"
        r"|for_each|dynamic block|metric filter|log group|TLS1_2|gp[23]",
    ),
    (
        "kubernetes",
        r"Deployments?|StatefulSets?|DaemonSets?|ReplicaSets?|ReplicationControllers?|CronJobs?"
        r"|ConfigMaps?|Ingress(?:es|Class(?:es)?)?|PersistentVolume(?:Claim)?s?|PVCs?"
        r"|ServiceAccounts?|(?:Cluster)?Role(?:Binding)?s?|HorizontalPodAutoscaler|HPA"
        r"|NetworkPolic(?:y|ies)|PodDisruptionBudgets?|LimitRanges?|ResourceQuotas?|Endpoints"
        r"|StorageClass(?:es)?|PriorityClass(?:es)?|CustomResourceDefinitions?|CRDs?|ClusterIP"
        r"|NodePort|ExternalName|Pods?|Helm|kubelet|[Ss]ervice accounts?|volume claims?|Lease|CSIDriver"
        r"|APIService|CertificateSigningRequest|\w+WebhookConfiguration|EndpointSlice",
    ),
    (
        "dockerfile",
        r"(?:[Bb]ased?(?: it)?(?: on)?|[Ee]xtend|FROM) [\w./-]+:[\w.-]+|ENTRYPOINT|WORKDIR"
        r"|HEALTHCHECK|ONBUILD|STOPSIGNAL|[Cc]ontaineri[sz]e|[Dd]ocker image|BuildKit|cache mounts?"
        r"|multi-?stage|stage (?:called|named) `?[\w-]+|heredoc RUN|[Bb]uild argument",
    ),
    (
        "compose",
        r"docker-compose|depends_on|env_file|cap_(?:drop|add)|security_opt|x-\w+ with a YAML anchor"
        r"|[Bb]oth (?:services|containers)|(?:restart(?:s|ed)?|policy) (?:always|unless-stopped)"
        r"|(?:depend(?:s|ing)? on|wait(?:s|ing)? for) \w+|built from \.\S*|json-file",
    ),
    (
        "github-actions",
        r"workflow(?:_dispatch|_call)?s?|ubuntu-(?:latest|\d\d\.\d\d)|runs-on|GITHUB_\w+"
        r"|(?:actions|docker)/[\w-]+@\w+",
    ),
    (
        "gitlab-ci",
        r"\$?CI_[A-Z_]+|before_script|after_script|merge requests?|allow_failure|dotenv report"
        r"|[Ss]tages? \w+(?:, \w+)* and \w+|child pipeline|job [\w-]+ (?:using|with image|\(stage)"
        r"|\S+:\S+ as a service|the service \w+:[\w.-]+",
    ),
    (
        "jenkins",
        r"pollSCM|withCredentials|credentialsId|booleanParam|archiveArtifacts|[Aa]ny agent"
        r"|[Aa]gents? (?:any|label\w*)|agents? with the label|docker agent|Groovy|checkout scm|buildingTag",
    ),
)
_WEAK: tuple[tuple[Format, str], ...] = (
    (
        "terraform",
        r"arn:\S*|subnet-\w+|vpc-\w+|(?:eu|us|ap)-\w+-\d|[Bb]uckets?|[Ss]ubnets?"
        r"|[Ss]ecurity groups?|NAT gateways?|Elastic IPs?|DNS zones?|tagged|[Tt]ags?",
    ),
    (
        "kubernetes",
        r"[Nn]amespaces?|pods?|Jobs?|Secrets?|Service|init ?[Cc]ontainers?|[Ss]idecars?|manifests?"
        r"|(?:readiness|liveness|startup)[ -]?[Pp]robes?|[Tt]olerations?|[Tt]aints?|replicas"
        r"|containerPort|restart[ ]?[Pp]olicy|headless|cluster|storage class",
    ),
    (
        "dockerfile",
        r"stage named \w+|[Ff]rom [\w./-]+:[\w.-]+|distroless|build arguments?|ARG|CMD|RUN|COPY|UID|uid|base image|container image|builder"
        r"|(?:final|build|runtime) (?:stage|image)|user \w+|expos\w+|entrypoint",
    ),
    (
        "compose",
        r"(?:one|two|three|four|several) (?:services?|containers?)|named volumes?|bind mounts?"
        r"|services? `?[\w-]+`? (?:from|on|runs)|\d{2,5}:\d{2,5}|profile|networks? \w+",
    ),
    (
        "github-actions",
        r"[Oo]n push|pull[ _]requests?|checkout|matrix|workflow artifacts?|permissions?",
    ),
    ("gitlab-ci", r"pipelines?|hidden job|artifacts?|cache|stages?|job \w+|runner"),
    ("jenkins", r"pipelines?|[Ss]tage [A-Z]\w+|parameters?|nightly|label \w+"),
)
_CLOUDS = ("aws", "azurerm", "google")


def format_of(words: str) -> tuple[Format, str] | None:
    """The format a request asks for and the word that told it, or None."""
    prose = re.sub(r"`[^`\n]*\s[^`\n]*`", "`...`", words)  # commands speak of what they run
    for format, pattern in _NAMES:
        if found := _finder(pattern, re.IGNORECASE).search(prose):
            return format, found[0]
    votes: dict[Format, dict[str, int]] = {format: {} for format, _ in _NAMES}
    for weight, table in ((1, _WEAK), (3, _STRONG)):
        for format, pattern in table:
            votes[format].update((m[0], weight) for m in _finder(pattern).finditer(prose))
    sums = {format: sum(own.values()) for format, own in votes.items()}
    first, second = sorted(sums, key=lambda format: -sums[format])[:2]
    if sums[first] > sums[second] and sums[first] > 1:
        return first, max(votes[first], key=lambda word: votes[first][word])
    if any(sums[format] > sums["terraform"] for format in sums):
        return None
    named = _resource_named(prose)
    return ("terraform", named) if named else None


@cache
def _finder(pattern: str, flags: int = 0) -> re.Pattern[str]:
    # Part of an image's or a file's name is no word: jenkins/jenkins:2, my-compose.
    return re.compile(rf"(?<![\w/-])(?:{pattern})(?![\w/-])", flags)


def _resource_named(words: str) -> str | None:
    """Two to four words that are the name of a resource of a cloud, or its service: "key vault", "App Runner"."""
    names, services = _cloud_names()
    spoken = re.findall(r"[A-Za-z][\w]*", words)
    for count in (4, 3, 2):
        for at in range(len(spoken) - count + 1):
            some = [word.lower() for word in spoken[at : at + count]]
            some[-1] = some[-1].removesuffix("s")
            joined = "".join(some)
            if "_".join(some) in names or (len(joined) > 5 and joined in services):
                return " ".join(spoken[at : at + count])
    return None


@cache
def _cloud_names() -> tuple[frozenset[str], frozenset[str]]:
    """What resource types are called without their provider, and the services alone."""
    from iapo.verify.terraform.catalogue import list_schemas, load_schema

    names: set[str] = set()
    services: set[str] = set()
    for entry in list_schemas():
        schema = load_schema(entry) if entry.source.rsplit("/", 1)[1] in _CLOUDS else None
        for type in schema.names["resource"] if schema else ():
            _, service, *rest = type.split("_")
            services.add(service)
            names.add("_".join([service, *rest]))
            if schema and schema.name == "aws":  # people leave the service out: "log group"
                names.add("_".join(rest))
    return frozenset(names), frozenset(services)
