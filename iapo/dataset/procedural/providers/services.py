"""What a resource type is called: its family, and how engineers say it.

Families are services: `terraform/sqs`, `terraform/google-pubsub`, `terraform/azurerm-storage`. Where
the benchmark has a family of a service, the name here is the same, so that splits hold.
"""

from __future__ import annotations

import re
from functools import cache

# Beginnings of a type's name without the provider: family, and the words for the beginning. The
# longest that fits counts; where none does, the first word is the family.
_AWS = {
    "alb": "elb:ALB", "ami": "ec2:AMI", "api_gateway": "api-gateway:API Gateway",
    "apigatewayv2": "api-gateway:API Gateway v2", "appautoscaling": "autoscaling:Application Auto Scaling",
    "appautoscaling_target": "autoscaling:Application Auto Scaling target",
    "autoscaling": "autoscaling:Auto Scaling", "autoscalingplans": "autoscaling:Auto Scaling plans",
    "launch_configuration": "autoscaling:EC2 launch configuration",
    "cloudwatch_event": "eventbridge:EventBridge", "scheduler": "eventbridge:EventBridge Scheduler",
    "pipes": "eventbridge:EventBridge", "schemas": "eventbridge:EventBridge Schemas",
    "cloudwatch_log": "log-group:CloudWatch log", "cloudwatch_metric_alarm": "alarm:CloudWatch metric alarm",
    "cloudwatch_composite_alarm": "alarm:CloudWatch composite alarm", "cloudwatch": "cloudwatch:CloudWatch",
    "db": "rds:RDS", "db_instance": "rds:RDS DB instance", "rds": "rds:RDS",
    "ebs": "ebs:EBS", "volume": "ebs:EBS volume", "snapshot": "ebs:EBS snapshot",
    "ec2": "ec2:EC2", "ec2_transit_gateway": "transit-gateway:EC2 transit gateway",
    "instance": "ec2:EC2 instance", "key_pair": "ec2:EC2 key pair", "spot": "ec2:EC2 spot",
    "launch_template": "ec2:EC2 launch template", "placement_group": "ec2:EC2 placement group",
    "eip": "eip:Elastic IP", "elb": "elb:classic ELB", "lb": "elb:load balancer",
    "load_balancer": "elb:classic load balancer", "proxy_protocol": "elb:ELB proxy protocol",
    "app_cookie": "elb:ELB app cookie",
    "elastic_beanstalk": "beanstalk:Elastic Beanstalk", "elastictranscoder": "elastictranscoder:Elastic Transcoder",
    "flow_log": "vpc:VPC flow log", "internet_gateway": "vpc:internet gateway",
    "egress_only": "vpc:egress-only", "nat_gateway": "vpc:NAT gateway", "main_route": "vpc:main route",
    "network_acl": "vpc:network ACL", "network_interface": "vpc:network interface",
    "route": "vpc:route", "route_table": "vpc:route table", "subnet": "vpc:subnet",
    "vpc": "vpc:VPC", "default": "vpc:default", "vpc_security_group": "security-group:VPC security group",
    "vpc_ipam": "vpc-ipam:VPC IPAM", "security_group": "security-group:security group",
    "default_security_group": "security-group:default security group",
    "customer_gateway": "vpn:VPN customer gateway", "vpn": "vpn:VPN",
    "iam_policy": "iam-policy:IAM policy",
    "iam_user": "iam-user:IAM user", "iam_group": "iam-user:IAM group", "iam_access_key": "iam-user:IAM access key",
    "iam": "iam-role:IAM", "kinesis": "kinesis:Kinesis", "kinesisanalyticsv2": "kinesis:Kinesis Analytics v2",
    "kinesis_firehose": "firehose:Kinesis Firehose", "service_discovery": "cloud-map:Cloud Map",
    "service_discovery_service": "cloud-map:Cloud Map service", "servicequotas": "servicequotas:Service Quotas",
    "sfn": "step-functions:Step Functions", "s3": "s3:S3", "s3control": "s3:S3 Control", "s3outposts": "s3:S3 Outposts",
    "s3tables": "s3:S3 Tables", "route53": "route53:Route 53", "route53domains": "route53:Route 53",
    "route53profiles": "route53:Route 53 Profiles", "media_store": "media:MediaStore",
    "media_package": "media:MediaPackage", "media_packagev2": "media:MediaPackage v2",
    "media_convert": "media:MediaConvert", "medialive": "media:MediaLive", "waf": "waf:WAF",
    "wafregional": "waf:WAF Regional", "wafv2": "waf:WAFv2", "directory_service": "directory-service:Directory Service",
    "prometheus": "prometheus:Managed Prometheus", "ses": "ses:SES", "sesv2": "ses:SES v2",
    "ecrpublic": "ecr:ECR Public", "opensearchserverless": "opensearch:OpenSearch Serverless",
    "elasticsearch": "opensearch:Elasticsearch", "redshiftserverless": "redshift:Redshift Serverless",
    "redshiftdata": "redshift:Redshift Data", "docdbelastic": "docdb:DocumentDB elastic", "dax": "dynamodb:DAX",
    "lightsail_lb": "lightsail:Lightsail load balancer", "network_acls": "vpc:network ACL",
    "inspector2": "inspector:Inspector", "emrcontainers": "emr:EMR on EKS", "emrserverless": "emr:EMR Serverless",
    "networkfirewall": "network-firewall:Network Firewall", "networkmanager": "network-manager:Network Manager",
    "datasync": "datasync:DataSync", "cloudfrontkeyvaluestore": "cloudfront:CloudFront KeyValueStore",
    "bedrockagent": "bedrock:Bedrock agent", "lexv2models": "lex:Lex v2", "timestreamwrite": "timestream:Timestream",
    "timestreaminfluxdb": "timestream:Timestream for InfluxDB", "timestreamquery": "timestream:Timestream",
    "storagegateway": "storage-gateway:Storage Gateway", "secretsmanager": "secretsmanager:Secrets Manager",
    "mskconnect": "msk:MSK Connect", "msk": "msk:MSK", "codestarconnections": "codestar:CodeStar",
    "codestarnotifications": "codestar:CodeStar", "codeconnections": "codestar:CodeConnections",
    "shield": "shield:Shield", "sns": "sns:SNS", "config": "config:AWS Config", "account": "account:AWS account",
    "dx": "direct-connect:Direct Connect", "ivschat": "ivs:IVS chat", "ssm": "ssm:SSM",
    "ssmcontacts": "ssm-incidents:SSM Contacts", "ssmincidents": "ssm-incidents:SSM Incidents",
}  # fmt: skip
_GOOGLE = {
    "compute": "google-compute:Compute Engine", "compute_instance": "google-compute:Compute Engine instance",
    "compute_disk": "google-compute:Compute Engine disk",
    **{
        f"compute_{part}": f"google-network:{words}"
        for part, words in {
            "network": "VPC network", "subnetwork": "subnetwork", "firewall": "VPC firewall",
            "router": "Cloud Router", "route": "VPC route", "vpn": "Cloud VPN", "ha_vpn": "HA VPN",
            "external_vpn": "external VPN", "interconnect": "Interconnect", "address": "static IP address",
            "global_address": "global address", "global_network": "global network", "shared_vpc": "shared VPC",
            "packet_mirroring": "packet mirroring", "public": "public", "service_attachment": "service attachment",
        }.items()
    },
    **{
        f"compute_{part}": f"google-load-balancer:{words}"
        for part, words in {
            "backend": "backend", "region_backend": "regional backend", "url_map": "URL map",
            "region_url_map": "regional URL map", "forwarding_rule": "forwarding rule",
            "global_forwarding_rule": "global forwarding rule", "target": "target", "region_target": "regional target",
            "health_check": "health check", "region_health_check": "regional health check",
            "http_health_check": "HTTP health check", "https_health_check": "HTTPS health check",
            "ssl": "SSL", "region_ssl": "regional SSL", "managed_ssl": "managed SSL",
            "network_endpoint": "network endpoint", "region_network_endpoint": "regional network endpoint",
            "security_policy": "Cloud Armor security policy",
        }.items()
    },
    "sql": "google-sql:Cloud SQL", "pubsub": "google-pubsub:Pub/Sub", "pubsub_lite": "google-pubsub:Pub/Sub Lite",
    "storage": "google-storage:Cloud Storage", "bigquery": "google-bigquery:BigQuery",
    "bigtable": "google-bigtable:Bigtable", "container": "google-gke:GKE", "gke": "google-gke:GKE",
    "cloud_run": "google-run:Cloud Run", "cloud_run_v2": "google-run:Cloud Run v2",
    "cloudfunctions": "google-run:Cloud Functions", "cloudfunctions2": "google-run:Cloud Functions v2",
    "cloud_tasks": "google-cloud-tasks:Cloud Tasks", "cloud_scheduler": "google-cloud-scheduler:Cloud Scheduler",
    "cloudbuild": "google-cloudbuild:Cloud Build", "artifact_registry": "google-artifacts:Artifact Registry",
    "secret_manager": "google-secrets:Secret Manager", "kms": "google-kms:Cloud KMS", "dns": "google-dns:Cloud DNS",
    "service_account": "google-iam:service account", "project": "google-iam:project", "iam": "google-iam:IAM",
    "organization": "google-iam:organization", "folder": "google-iam:folder", "redis": "google-redis:Memorystore Redis",
    "memcache": "google-redis:Memorystore Memcached", "memorystore": "google-redis:Memorystore",
    "logging": "google-observability:Cloud Logging", "monitoring": "google-observability:Cloud Monitoring",
    "spanner": "google-spanner:Spanner", "firestore": "google-firestore:Firestore",
    "filestore": "google-filestore:Filestore", "dataproc": "google-dataproc:Dataproc",
    "dataflow": "google-dataflow:Dataflow", "vertex_ai": "google-vertex-ai:Vertex AI", "alloydb": "google-alloydb:AlloyDB",
    "app_engine": "google-app-engine:App Engine", "access_context": "google-access-context:Access Context",
    "network_services": "google-network-services:Network Services",
    "network_security": "google-network-security:Network Security",
    "network_connectivity": "google-network-connectivity:Network Connectivity",
    "network_management": "google-network-management:Network Management",
    "data_catalog": "google-data-catalog:Data Catalog", "data_loss": "google-dlp:DLP data loss",
    "identity_platform": "google-identity-platform:Identity Platform", "binary_authorization": "google-binary-authorization:Binary Authorization",
    "certificate_manager": "google-certificate-manager:Certificate Manager", "privateca": "google-privateca:CA Service",
    "backup_dr": "google-backup-dr:Backup and DR", "scc": "google-scc:Security Command Center",
    "healthcare": "google-healthcare:Cloud Healthcare", "iap": "google-iap:IAP", "tpu": "google-tpu:Cloud TPU",
    "vpc_access": "google-vpc-access:Serverless VPC Access",
}  # fmt: skip
_AZURE = {
    "api_management": "azurerm-api-management:API Management", "app_service": "azurerm-apps:App Service",
    "service_plan": "azurerm-apps:App Service plan", "linux_web": "azurerm-apps:Linux web",
    "windows_web": "azurerm-apps:Windows web", "web_app": "azurerm-apps:web app",
    "static_site": "azurerm-apps:static site", "static_web": "azurerm-apps:static web",
    "function_app": "azurerm-apps:function app", "linux_function": "azurerm-apps:Linux function",
    "windows_function": "azurerm-apps:Windows function",
    "application_insights": "azurerm-monitoring:Application Insights", "monitor": "azurerm-monitoring:Azure Monitor",
    "log_analytics": "azurerm-monitoring:Log Analytics", "automation": "azurerm-automation:Automation",
    "virtual_network": "azurerm-network:virtual network", "subnet": "azurerm-network:subnet",
    "network": "azurerm-network:network", "public_ip": "azurerm-network:public IP", "nat_gateway": "azurerm-network:NAT gateway",
    "route": "azurerm-network:route", "route_table": "azurerm-network:route table",
    "private": "azurerm-private-link:private", "private_dns": "azurerm-dns:private DNS", "dns": "azurerm-dns:DNS",
    "virtual_machine": "azurerm-compute:virtual machine", "linux_virtual": "azurerm-compute:Linux virtual",
    "windows_virtual": "azurerm-compute:Windows virtual", "managed_disk": "azurerm-compute:managed disk",
    "image": "azurerm-compute:VM image", "shared_image": "azurerm-compute:shared image", "disk": "azurerm-compute:disk",
    "snapshot": "azurerm-compute:disk snapshot", "availability_set": "azurerm-compute:availability set",
    "virtual_wan": "azurerm-vwan:virtual WAN", "virtual_hub": "azurerm-vwan:virtual hub", "vpn": "azurerm-vwan:VPN",
    "virtual_desktop": "azurerm-virtual-desktop:Virtual Desktop",
    "lb": "azurerm-load-balancer:load balancer", "application_gateway": "azurerm-application-gateway:application gateway",
    "container_registry": "azurerm-registry:container registry", "container_app": "azurerm-apps:Container App",
    "container_group": "azurerm-container-instances:container group", "container": "azurerm-container-instances:container",
    "kubernetes": "azurerm-aks:AKS", "kubernetes_cluster": "azurerm-aks:AKS cluster", "key_vault": "azurerm-key-vault:Key Vault",
    "mssql": "azurerm-database:MSSQL", "mysql": "azurerm-database:MySQL", "postgresql": "azurerm-database:PostgreSQL",
    "cosmosdb": "azurerm-cosmos:Cosmos DB", "data_factory": "azurerm-data-factory:Data Factory",
    "data_protection": "azurerm-backup:Data Protection", "backup": "azurerm-backup:backup",
    "recovery_services": "azurerm-backup:Recovery Services", "site_recovery": "azurerm-backup:Site Recovery",
    "resource_group": "azurerm-group:resource group", "resource": "azurerm-policy:resource",
    "policy": "azurerm-policy:policy", "management": "azurerm-policy:management", "subscription": "azurerm-policy:subscription",
    "role": "azurerm-identity:role", "user_assigned": "azurerm-identity:user-assigned", "storage": "azurerm-storage:storage",
    "servicebus": "azurerm-messaging:Service Bus", "eventhub": "azurerm-messaging:Event Hub", "eventgrid": "azurerm-eventgrid:Event Grid",
    "redis": "azurerm-database:Redis", "managed_redis": "azurerm-database:managed Redis", "cdn": "azurerm-cdn:CDN",
    "cdn_frontdoor": "azurerm-frontdoor:Front Door", "frontdoor": "azurerm-frontdoor:classic Front Door",
    "logic_app": "azurerm-logic-app:Logic App", "iothub": "azurerm-iothub:IoT Hub", "synapse": "azurerm-synapse:Synapse",
    "machine_learning": "azurerm-machine-learning:Machine Learning", "sentinel": "azurerm-sentinel:Sentinel",
    "stream_analytics": "azurerm-stream-analytics:Stream Analytics", "spring_cloud": "azurerm-spring-cloud:Spring Cloud",
    "express_route": "azurerm-express-route:ExpressRoute", "netapp": "azurerm-netapp:NetApp", "bot": "azurerm-bot:Bot",
    "search": "azurerm-search:AI Search", "cognitive": "azurerm-cognitive:Cognitive Services", "kusto": "azurerm-kusto:Data Explorer (Kusto)",
    "firewall": "azurerm-firewall:firewall", "web_application_firewall": "azurerm-firewall:web application firewall",
    "security_center": "azurerm-security-center:Security Center", "traffic_manager": "azurerm-traffic-manager:Traffic Manager",
    "bastion": "azurerm-bastion:Bastion", "maintenance": "azurerm-maintenance:maintenance", "mobile_network": "azurerm-mobile-network:mobile network",
    "palo_alto": "azurerm-palo-alto:Palo Alto", "hdinsight": "azurerm-hdinsight:HDInsight", "signalr": "azurerm-signalr:SignalR",
    "web_pubsub": "azurerm-signalr:Web PubSub", "app_configuration": "azurerm-app-configuration:App Configuration",
    "dev_center": "azurerm-dev-center:Dev Center", "dev_test": "azurerm-dev-test:DevTest", "batch": "azurerm-batch:Batch",
    "databricks": "azurerm-databricks:Databricks", "databox": "azurerm-databox:Data Box", "data_share": "azurerm-data-share:Data Share",
}  # fmt: skip
_TABLES = {"aws": _AWS, "google": _GOOGLE, "azurerm": _AZURE}
# One word as people write it.
_WORDS = {
    **{
        word.lower(): word
        for word in ["ACL", "ACM", "AD", "AI", "AMI", "API", "APNS", "AZ", "BGP", "CA", "CIDR", "CPU", "CSV", "DB", "DHCP", "DLP", "DMS", "DNS", "DRT", "EBS", "ECR", "ECS", "EFS", "EIP", "EKS", "EMR", "ENI", "FHIR", "FIFO", "FMS", "FSx", "GCM", "GKE", "HSM", "HTTP", "HTTPS", "IAM", "ID", "IP", "IPAM", "IPv4", "IPv6", "IVS", "IoT", "JSON", "KMS", "LDAP", "MAC", "MFA", "MQ", "MSK", "MWAA", "NAT", "NAS", "NFS", "NIC", "OAM", "ONTAP", "OpenZFS", "OIDC", "OU", "PCA", "PHI", "QLDB", "QoS", "RAM", "RDS", "RUM", "S3", "SAML", "SAP", "SCIM", "SES", "SFTP", "SMB", "SMS", "SNS", "SQL", "SQS", "SSH", "SSL", "SSM", "SSO", "SWF", "TCP", "TLS", "TTL", "UDP", "URI", "URL", "URLs", "VDM", "VM", "VMware", "VPC", "VPN", "WAF", "WAN", "XML", "TPU", "GPU", "HPC", "DICOM", "EC2", "CosmosDB", "MongoDB", "MySQL", "PostgreSQL", "GraphQL", "Gremlin", "GitHub", "GitLab", "NodeBalancer", "DNSSEC", "ADLS", "OData", "VNet", "SCSI", "iSCSI", "MSSQL", "NGINX", "CORS", "CRL", "OAuth", "GUID", "ARN", "ARNs", "IOPS", "KB", "MB", "GB", "TB", "CloudWatch", "CloudTrail", "CloudFront", "CloudFormation", "CloudHSM", "CodeBuild", "CodeCommit", "CodeDeploy", "CodePipeline", "CodeArtifact", "CodeCatalyst", "GuardDuty", "AppSync", "AppMesh", "AppConfig", "AppRunner", "AppStream", "AppFabric", "AppFlow", "DynamoDB", "OpenSearch", "SageMaker", "SecurityHub", "QuickSight", "GameLift", "DevOpsGuru", "DataZone", "DataExchange", "DataPipeline", "FinSpace", "MemoryDB", "NeptuneGraph", "ElastiCache", "WorkSpaces", "StorageGateway", "ResourceGroups", "VPCLattice", "BigLake", "OpenZFS"]
    },
}  # fmt: skip
# The first word of a type, where it is a service of a longer name.
_SERVICES = {
    "accessanalyzer": "IAM Access Analyzer", "acmpca": "ACM Private CA", "amplify": "Amplify",
    "vpclattice": "VPC Lattice", "verifiedaccess": "Verified Access", "verifiedpermissions": "Verified Permissions",
    "ssoadmin": "IAM Identity Center", "identitystore": "Identity Store", "servicecatalog": "Service Catalog",
    "servicecatalogappregistry": "Service Catalog AppRegistry", "globalaccelerator": "Global Accelerator",
    "imagebuilder": "EC2 Image Builder", "licensemanager": "License Manager", "lakeformation": "Lake Formation",
    "auditmanager": "Audit Manager", "devicefarm": "Device Farm", "workspacesweb": "WorkSpaces Web",
    "xray": "X-Ray", "rolesanywhere": "IAM Roles Anywhere", "resourceexplorer2": "Resource Explorer",
    "transfer": "Transfer Family", "docdb": "DocumentDB", "fis": "FIS", "dlm": "DLM", "dsql": "Aurora DSQL",
    "efs": "EFS", "budgets": "Budgets", "ce": "Cost Explorer", "macie2": "Macie", "connect": "Amazon Connect",
    "location": "Location Service", "kendra": "Kendra", "lambda": "Lambda", "keyspaces": "Keyspaces",
    "osis": "OpenSearch Ingestion", "rbin": "Recycle Bin", "m2": "Mainframe Modernization", "dataform": "Dataform",
    "apigee": "Apigee", "dialogflow": "Dialogflow", "chronicle": "Chronicle", "vmwareengine": "VMware Engine",
}  # fmt: skip


def provider(type: str) -> str:
    """`aws`, `google` or `azurerm`."""
    return type.partition("_")[0]


@cache
def family(type: str) -> str:
    """The family of a type: `terraform/api-gateway`."""
    return "terraform/" + _entry(type)[1]


@cache
def noun(type: str) -> str:
    """The type in words, without an article: `SQS queue`, `API Gateway REST API`."""
    prefix, _, words = _entry(type)
    rest = type.split("_", 1)[1][len(prefix) :].strip("_")
    said = words.split() + [_WORDS.get(word, word) for word in rest.split("_") if word]
    # "Kinesis Firehose firehose delivery stream" says one thing twice.
    out = [w for i, w in enumerate(said) if not i or w.lower() != said[i - 1].lower()]
    return " ".join(out)


def plural(noun: str) -> str:
    """Several of what a noun says; it may be a plural already."""
    if noun.endswith(("ss", "us", "is", "x", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("s"):
        return noun
    if noun.endswith("y") and noun[-2:-1].lower() not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


@cache
def words(argument: str) -> str:
    """An argument's name as people say it: `vpc_id` is `VPC ID`."""
    return " ".join(_WORDS.get(word, word) for word in argument.split("_") if word)


@cache
def article(text: str) -> str:
    """The text behind `a` or `an`, by how it is spoken; a plural as it is."""
    first = re.split(r"[ -]", text)[0]
    if text.endswith("s") and not text.endswith(
        ("ss", "us", "is", "as", "DNS", "SNS", "SQS", "ECS", "EKS", "access")
    ):
        return text
    letters = first.isupper() and not first.isdigit() and len(first) > 1
    if letters and first not in (
        "RAM",
        "NAT",
        "MAC",
        "VAN",
        "SAML",
        "WAF",
        "SAP",
        "RUM",
        "NAS",
        "DAX",
        "ROM",
    ):
        vowel = first[0] in "AEFHILMNORSX"
    else:
        vowel = first[0].lower() in "aeio" or first.lower().startswith(("un", "up", "ul", "iscsi"))
        vowel = vowel and not first.lower().startswith(("one", "eu", "uni"))
    return f"{'an' if vowel else 'a'} {text}"


@cache
def _entry(type: str) -> tuple[str, str, str]:
    """Beginning, family without its category, and words."""
    source, _, rest = type.partition("_")
    parts = rest.split("_")
    for length in range(len(parts), 0, -1):
        prefix = "_".join(parts[:length])
        found = _TABLES[source].get(prefix)
        if found is not None:
            slug, _, said = found.partition(":")
            return prefix, slug, said
    slug = parts[0] if source == "aws" else f"{source}-{parts[0]}"
    return parts[0], slug, _SERVICES.get(parts[0]) or _WORDS.get(parts[0], parts[0].capitalize())
