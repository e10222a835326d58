"""What an argument may hold, by its name: candidates, the first that the rules accept is used.

Where nothing is known of a string's meaning, no value is made up: an optional argument is left out,
and so is a type that needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from iapo.intent import MATCHERS, SELECTORS

# (pattern of the argument's name, kinds in order of likelihood); the first that matches counts.
AWS = (
    (r"name_prefix|bucket_prefix|.*identifier_prefix", "word name"),
    (r".*log_group_name|log_group", "name path"),
    (r"(.*_)?bucket(_name)?|s3_bucket.*name", "bucket name"),
    (r"(.*_)?(s3_uri|s3_path|s3_location)|s3_uri", "s3-uri"),
    (r"(target_|default_|iam_|execution_|service_|task_|access_|data_access_|.*_)?role(_arn)?|role_arn|iam_role|.*_role_arn", "arn-role name"),
    (r".*kms.*|key_arn|.*_key_arn|encryption_key(_arn)?", "arn-key"),
    (r".*topic(_arn|s)?|.*topic_arns?", "arn-topic"), (r".*queue_arn", "arn-queue"), (r".*bucket_arn|s3_arn", "arn-bucket"),
    (r".*(lambda|function).*arn", "arn-function"), (r".*certificate_arn|certificate_arns?", "arn-certificate"),
    (r".*secret.*arn", "arn-secret"), (r".*(firehose|delivery_stream).*arn", "arn-firehose"), (r".*stream_arn", "arn-stream"),
    (r".*log_group_arn", "arn-log-group"), (r".*table_arn", "arn-table"), (r".*target_group_arns?", "arn-target-group"),
    (r".*listener_arns?", "arn-listener"), (r".*load_balancer_arns?", "arn-lb"), (r"db_cluster_arn|.*cluster_arn", "arn-cluster arn-db-cluster"),
    (r".*policy_arns?|permissions_boundary", "arn-policy"), (r".*user_arn", "arn-user"), (r"principal_arn", "arn-role"),
    (r".*subnet_arns?", "arn-subnet"), (r".*security_group_arns?", "arn-security-group"), (r".*vpc_arn", "arn-vpc"),
    (r".*(file_system|filesystem)_arn", "arn-file-system"), (r"(target|destination)_arn", "arn-topic arn-function arn-bucket"), (r"source_arn", "arn-bucket arn-topic"), (r"resource_arn", "arn-lb arn-bucket"),
    (r"(.*_)?vpc(_id)?", "id-vpc"), (r"(.*_)?subnets?(_ids?)?", "id-subnet"), (r"(.*_)?security_groups?(_ids?)?", "id-sg name"),
    (r"ami(_id)?|image_id|source_ami_id", "id-ami"), (r"(ec2_)?instance(_id)?s?", "id-i name"), (r"route_table_ids?", "id-rtb"),
    (r"nat_gateway_id", "id-nat"), (r"vpn_gateway_id|virtual_gateway_id", "id-vgw"), (r"gateway_id|internet_gateway_id", "id-igw"),
    (r"egress_only_gateway_id", "id-eigw"), (r"carrier_gateway_id", "id-igw"),
    (r"transit_gateway_id", "id-tgw"), (r".*transit_gateway_(vpc_)?attachment_id", "id-tgw-attach"), (r".*transit_gateway_route_table_id", "id-tgw-rtb"),
    (r"network_interface(_id)?|eni_id", "id-eni"), (r"(eip_)?allocation_id", "id-eipalloc"), (r"volume_id", "id-vol"), (r".*snapshot_id", "id-snap"),
    (r"(launch_template_id)", "id-lt"), (r"vpc_endpoint_id", "id-vpce"), (r"vpc_endpoint_service_id", "id-vpce-svc"), (r"network_acl_id", "id-acl"),
    (r"(efs_)?file_system_id", "id-fs"), (r"access_point_id", "id-fsap"), (r".*prefix_list_ids?", "id-pl"), (r".*peering_connection_id", "id-pcx"),
    (r"customer_gateway_id", "id-cgw"), (r"dhcp_options_id", "id-dopt"), (r"ipam_pool_id|ipv4_ipam_pool_id|source_ipam_pool_id", "id-ipam-pool"),
    (r"ipam_scope_id", "id-ipam-scope"), (r"ipam_id", "id-ipam"), (r"client_vpn_endpoint_id", "id-cvpn-endpoint"), (r"directory_id", "id-d"),
    (r"(hosted_)?zone_id|parent_zone_id", "id-zone"), (r"organizational_unit.*|ou_id", "id-ou"), (r"(capacity_)?reservation_id", "id-cr"),
    (r".*account_ids?|account|owner_id|.*owner_account(_id)?|aws_account.*|member_id|expected_bucket_owner|admin_account", "account"),
    (r"(.*_)?availability_zones?|az", "zone"), (r"(.*_)?regions?(_name)?|regions", "region"),
    (r"ipv6.*cidr.*", ""), (r".*tunnel.*cidr.*", "cidr-tunnel"), (r"destination_cidr_block|.*destination_cidr.*", "cidr16"), (r"(client_)?cidr(_block|_ipv4)?|.*cidr_blocks?|.*cidr", "cidr16 cidr24"),
    (r"ip_address|(.*_)?ip|.*private_ip(_address)?s?|.*ip_addresses|dns_ips?|name_servers|domain_name_servers", "ip"), (r"public_ip", "public-ip"),
)  # fmt: skip
GOOGLE = (
    (r".*ipv6.*", ""),
    (r"project|.*_project|host_project|service_project|project_id", "google-project"), (r"region|location|location_id", "google-region"), (r"zone", "google-zone"),
    (r"machine_type", "machine-type"), (r"(.*_)?image|source_image", "google-image"),
    (r"service_account|.*service_account_email|service_account_email", "google-account"), (r"member", "google-member"), (r"members", "google-member"),
    (r"dns_name", "dns"), (r"(.*_)?ip_cidr_range|.*cidr(_block|_range)?s?|dest_range|(source|destination)_ranges|.*_ip_ranges", "cidr24"), (r"managed_zone", "name"), (r"dataset_id|table_id|.*_dataset_id", "name_"),
    (r"(account_id|cluster_id|instance_id|repository_id|secret_id|queue_id|registry_id|.*_id)", "name"),
    (r"(max_|min_)?ttl|.*_duration|.*_timeout|timeout|.*deadline.*|retention_duration|.*_period", "seconds"),
    (r"(topic|subscription|cluster|instance|network|subnetwork|bucket|database|repository|queue|secret|key_ring|function|service|router|firewall_policy|address|backend_service|url_map|policy|parent_name|dataset|registry|environment|workflow|channel|gateway|domain|catalog|lake|pool|table|user|schema_name)", "name"),
)  # fmt: skip
AZURE = (
    (r".*ipv6.*", ""),
    (r"(.*_)?location|.*_region", "azure-region"), (r"(.*_)?resource_group_name", "azure-group"),
    (r"size|vm_size|.*virtual_machine_size|node_size", "vm-size"), (r"address_space|address_spaces", "cidr16"), (r"address_prefixe?s?|.*_cidrs?|address_range|.*address_prefix", "cidr24"),
    (r"tenant_id|client_id|object_id|principal_id|subscription_id|application_id|.*_tenant_id", "uuid"),
    (r"(min|minimum)_tls_version", ""), (r"admin_username|.*administrator_login|admin_user|.*_admin_username", "username"),
    (r"zone_name|dns_prefix|domain_name_label", "domain"), (r".*_duration|.*_interval|frequency|window_(size|duration)|evaluation_frequency", "iso-minutes"),
    (r"sku|sku_name|tier|kind|type|mode", ""), (r"(display|friendly|short)_name", "title"),
    (r"(account|server|vault|namespace|cluster|workspace|profile|container|database|topic|queue|automation_account|factory|registry|plan|lab|gallery|rule|pool|host)(_name)?", "name"),
    (r".*_name", "name"),
)  # fmt: skip
ANY = (
    (r"description|comment|.*_description|notes", "description"), (r"display_name|title|friendly_name|.*display_name", "title"),
    (r".*(fifo_queue|event_source_token).*", ""), (r"(.*_)?emails?(_address(es)?)?|email_id", "email"),
    (r"(.*_)?phone(_number)?s?", "phone"), (r"(.*_)?(url|uri|webhook|callback)s?|.*endpoint_url|issuer", "url"),
    (r"(.*_)?(domain|domain_name|hostname|host_name|fqdn|host|dns_name|custom_domain)s?", "domain host"), (r".*dns_servers", "ip"),
    (r"(.*_)?(username|user_name|login|master_username|user)", "username word"), (r"(.*_)?password|.*shared_key|auth_token", "password"),
    (r"(.*_)?uuid|.*guid", "uuid"), (r".*maintenance_window.*", "weekly"), (r".*backup_window|.*snapshot_window", "daily"),
    (r".*(start|end|expir|begin)\w*_(time|date)|.*expiration(_time|_date)?|valid_(from|until)", "timestamp date"), (r".*_date", "date"),
    (r"schedule_expression", "rate cron-aws"), (r"schedule|.*cron.*|.*_schedule", "cron rate cron-aws"), (r"time_?zone|.*timezone", "timezone"),
    (r".*locale.*|.*language_tag", "locale"), (r".*language(_code)?", "language locale"), (r"content_type", "content-type"),
    (r".*ip_address|(.*_)?ip(_address)?|start_ip.*|end_ip.*", "ip"),
    (r"from_port|to_port", ""), (r"path|.*_path|subdirectory|route_key", "path"), (r"key|object_key|.*_key_prefix|s3_key", "key name"), (r"(.*_)?prefix(es)?", "prefix word"),
    (r"(.*_)?(image|image_uri|container_image)", "image"), (r"instance_type|.*instance_type|.*instance_types", "instance-type"),
    (r"(.*_)?version(_name|_label)?", "version version2"), (r".*user_agent.*", ""), (r"database(_name)?|db_name|.*database_name|schema(_name)?", "name_ letters"),
    (r"table(_name)?", "name_"), (r"name|.*_name|names|.*_names", "name name_ letters camel short storage host word path"),
    (r"(.*_)?label|alias|.*alias_name", "name"), (r"(.*_)?identifier", "name alnum"), (r"family|group", "name"), (r"domain_label", "word"),
    (r"filename", "zip"), (r"attribute_name|hash_key|range_key|partition_key|sort_key", "word"), (r"tag_key|tag_value|value|default_value", "value word"),
)  # fmt: skip
TABLES = {"aws": AWS, "google": GOOGLE, "azurerm": AZURE}

# What a string of this name is one of; the key is a pattern of `TYPE.ARGUMENT`.
ENUMS = (
    (r"google_compute_(region_)?disk\.type", "pd-standard pd-ssd pd-balanced"), (r"google_.*\.network_tier", "PREMIUM STANDARD"),
    (r"google_.*\.load_balancing_scheme", "EXTERNAL INTERNAL EXTERNAL_MANAGED INTERNAL_MANAGED"), (r"google_compute_.*\.ip_protocol", "TCP UDP"),
    (r"google_compute_(global_)?address\.address_type", "EXTERNAL INTERNAL"), (r"google_compute_firewall\.direction", "INGRESS EGRESS"),
    (r"google_compute_network\.routing_mode", "REGIONAL GLOBAL"), (r"google_compute_.*backend_service\.protocol", "HTTP HTTPS TCP"),
    (r"google_compute_.*\.session_affinity", "NONE CLIENT_IP"), (r"google_storage_bucket\.storage_class", "STANDARD NEARLINE COLDLINE ARCHIVE"),
    (r"google_storage_bucket\.location", "EU US ASIA europe-west1"), (r"google_storage_.*\.public_access_prevention", "enforced inherited"),
    (r"google_sql_database_instance\.database_version", "POSTGRES_15 POSTGRES_16 MYSQL_8_0"), (r"google_sql_database_instance\.settings\.tier", "db-f1-micro db-g1-small db-custom-2-7680"),
    (r"google_sql_.*\.availability_type", "ZONAL REGIONAL"), (r"google_sql_.*\.disk_type", "PD_SSD PD_HDD"),
    (r"google_.*\.deletion_policy", "DELETE ABANDON"), (r"google_dns_managed_zone\.visibility", "public private"), (r"google_dns_record_set\.type", "A CNAME TXT MX"),
    (r"google_redis_instance\.tier", "BASIC STANDARD_HA"), (r"google_redis_instance\.connect_mode", "DIRECT_PEERING PRIVATE_SERVICE_ACCESS"), (r"google_redis_instance\.redis_version", "REDIS_6_X REDIS_7_0"),
    (r"google_filestore_instance\.tier", "BASIC_HDD BASIC_SSD ENTERPRISE"), (r"google_artifact_registry_repository\.format", "DOCKER NPM PYTHON MAVEN"), (r"google_artifact_registry_repository\.mode", "STANDARD_REPOSITORY REMOTE_REPOSITORY"),
    (r"google_kms_crypto_key\.purpose", "ENCRYPT_DECRYPT ASYMMETRIC_SIGN"), (r"google_kms_crypto_key\.rotation_period", "7776000s 2592000s"), (r"google_kms_.*\.location", "global europe-west1 us-central1"),
    (r"google_.*_iam_(member|binding)\.role", "roles/viewer roles/editor roles/browser"), (r"google_(project|folder|organization)_iam_(member|binding)\.role", "roles/viewer roles/logging.viewer roles/storage.objectViewer"),
    (r"google_project_service\.service", "compute.googleapis.com run.googleapis.com pubsub.googleapis.com sqladmin.googleapis.com"),
    (r"google_spanner_instance\.config", "regional-europe-west1 regional-us-central1"), (r"google_firestore_database\.type", "FIRESTORE_NATIVE DATASTORE_MODE"), (r"google_firestore_.*\.location_id", "eur3 nam5 europe-west1"),
    (r"google_bigquery_dataset\.location", "EU US europe-west1"), (r"google_cloud_scheduler_job\..*http_method", "GET POST PUT"), (r"google_cloud_run_v2_service\.ingress", "INGRESS_TRAFFIC_ALL INGRESS_TRAFFIC_INTERNAL_ONLY"),
    (r"google_cloudfunctions.*\.runtime", "nodejs20 python312 go122"), (r"google_logging_.*\.destination", "storage.googleapis.com/acme-audit-logs"), (r"google_logging_.*\.filter", "severity>=ERROR severity>=WARNING"),
    (r"google_monitoring_notification_channel\.type", "email pagerduty slack"), (r"google_monitoring_alert_policy\.combiner", "OR AND"), (r"google_alloydb_instance\.instance_type", "PRIMARY READ_POOL"),
    (r"google_.*\.mode", ""), (r"google_compute_.*\.network_endpoint_type", "GCE_VM_IP_PORT NON_GCP_PRIVATE_IP_PORT"), (r"google_compute_router_nat\.nat_ip_allocate_option", "AUTO_ONLY MANUAL_ONLY"),
    (r"google_compute_router_nat\.source_subnetwork_ip_ranges_to_nat", "ALL_SUBNETWORKS_ALL_IP_RANGES ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES"), (r"google_memcache_instance\.memcache_version", "MEMCACHE_1_5 MEMCACHE_1_6_15"),
    (r"google_secret_manager_.*\.secret_data", "changeme-123 token-4711"), (r"google_compute_(ssl|region_ssl)_policy\.profile", "COMPATIBLE MODERN RESTRICTED"), (r"google_compute_.*\.min_tls_version", "TLS_1_0 TLS_1_1 TLS_1_2"),
    (r"google_.*\.launch_stage", "GA BETA"), (r"google_compute_.*health_check\..*proxy_header", "NONE PROXY_V1"), (r"google_compute_snapshot\.storage_locations", "eu us"),
    (r"google_apigee_.*\.runtime_type", "CLOUD"), (r"google_pubsub_schema\.type", "AVRO PROTOCOL_BUFFER"), (r"google_dataproc_.*\.optional_components", "JUPYTER"), (r"google_compute_(region_)?target_.*\.proxy_header", "NONE PROXY_V1"),
    (r"google_compute_region_.*\.target_type|google_compute_.*\.iap", ""), (r"google_.*\.access_mode|google_.*\.peering", ""),
    (r"azurerm_storage_account\.account_tier", "Standard Premium"), (r"azurerm_storage_account\.account_replication_type", "LRS GRS ZRS RAGRS"), (r"azurerm_storage_account\.access_tier", "Hot Cool"), (r"azurerm_storage_account\.account_kind", "StorageV2 BlobStorage"),
    (r"azurerm_.*\.(min_tls_version|minimum_tls_version)", "TLS1_2"), (r"azurerm_storage_container\.container_access_type", "private blob container"), (r"azurerm_storage_blob\.type", "Block Page Append"), (r"azurerm_storage_share\.access_tier", "Hot Cool TransactionOptimized"),
    (r"azurerm_key_vault\.sku_name", "standard premium"), (r"azurerm_key_vault_key\.key_type", "RSA EC"), (r"azurerm_key_vault_key\.key_opts", "sign verify encrypt decrypt"), (r"azurerm_key_vault_secret\.value", "s3cr3t-value-1 token-4711"),
    (r"azurerm_service_plan\.os_type", "Linux Windows"), (r"azurerm_service_plan\.sku_name", "B1 B2 S1 P1v3"), (r"azurerm_public_ip\.allocation_method", "Static Dynamic"), (r"azurerm_public_ip(_prefix)?\.sku|azurerm_lb\.sku", "Standard Basic"),
    (r"azurerm_(windows|linux)_.*web_app.*\.client_certificate_mode", "Required Optional"), (r"azurerm_container_registry\.sku", "Basic Standard Premium"), (r"azurerm_redis_cache\.(sku_name)", "Basic Standard Premium"), (r"azurerm_redis_cache\.family", "C P"),
    (r"azurerm_servicebus_namespace\.sku", "Basic Standard Premium"), (r"azurerm_eventhub_namespace\.sku", "Basic Standard"), (r"azurerm_log_analytics_workspace\.sku", "PerGB2018 Free"), (r"azurerm_application_insights\.application_type", "web java other"),
    (r"azurerm_managed_disk\.storage_account_type", "Standard_LRS Premium_LRS StandardSSD_LRS"), (r"azurerm_managed_disk\.create_option", "Empty"), (r"azurerm_.*os_disk\.storage_account_type", "Standard_LRS Premium_LRS"), (r"azurerm_.*\.caching", "None ReadOnly ReadWrite"),
    (r"azurerm_network_security_rule\.direction", "Inbound Outbound"), (r"azurerm_network_security_rule\.access", "Allow Deny"), (r"azurerm_network_security_rule\.protocol", "Tcp Udp Icmp"), (r"azurerm_network_security_rule\.(source|destination)_port_range", "* 22 443 8080"),
    (r"azurerm_network_security_rule\.(source|destination)_address_prefix", "* 10.0.0.0/16 VirtualNetwork Internet"), (r"azurerm_route\.next_hop_type", "Internet VnetLocal None VirtualNetworkGateway"), (r"azurerm_.*\.private_ip_address_allocation", "Dynamic"),
    (r"azurerm_mssql_server\.version", "12.0"), (r"azurerm_mssql_database\.sku_name", "S0 S1 Basic GP_S_Gen5_1"), (r"azurerm_postgresql_flexible_server\.version", "14 15 16"), (r"azurerm_postgresql_flexible_server\.sku_name", "B_Standard_B1ms GP_Standard_D2s_v3"),
    (r"azurerm_mysql_flexible_server\.version", "8.0.21 5.7"), (r"azurerm_mysql_flexible_server\.sku_name", "B_Standard_B1ms GP_Standard_D2ds_v4"), (r"azurerm_.*\.charset", "UTF8 utf8"), (r"azurerm_.*\.collation", "en_US.utf8 utf8_general_ci"),
    (r"azurerm_cosmosdb_account\.offer_type", "Standard"), (r"azurerm_cosmosdb_account\.kind", "GlobalDocumentDB MongoDB"), (r"azurerm_.*\.consistency_level", "Session Strong Eventual BoundedStaleness"), (r"azurerm_kubernetes_cluster.*\.os_type", "Linux"),
    (r"azurerm_role_assignment\.role_definition_name", "Reader Contributor Owner"), (r"azurerm_.*\.principal_type", "User Group ServicePrincipal"), (r"azurerm_management_lock\.lock_level", "CanNotDelete ReadOnly"), (r"azurerm_automation_account\.sku_name", "Basic Free"),
    (r"azurerm_api_management\.sku_name", "Developer_1 Basic_1 Standard_1"), (r"azurerm_api_management_.*\.protocol", "http https soap"), (r"azurerm_api_management\.publisher_name", "Acme Example"), (r"azurerm_search_service\.sku", "free basic standard"),
    (r"azurerm_cognitive_account\.kind", "OpenAI FormRecognizer SpeechServices TextAnalytics"), (r"azurerm_cognitive_account\.sku_name", "S0 F0"), (r"azurerm_signalr_service\.sku\.name", "Free_F1 Standard_S1"), (r"azurerm_firewall\.sku_name", "AZFW_VNet AZFW_Hub"), (r"azurerm_firewall\.sku_tier", "Standard Premium Basic"),
    (r"azurerm_bastion_host\.sku", "Basic Standard"), (r"azurerm_databricks_workspace\.sku", "standard premium trial"), (r"azurerm_data_factory_.*\.annotations", "nightly etl"), (r"azurerm_virtual_network_gateway\.type", "Vpn ExpressRoute"), (r"azurerm_virtual_network_gateway\.sku", "VpnGw1 VpnGw2"), (r"azurerm_virtual_network_gateway\.vpn_type", "RouteBased PolicyBased"),
    (r"azurerm_cdn_profile\.sku", "Standard_Microsoft Standard_Verizon"), (r"azurerm_cdn_frontdoor_profile\.sku_name", "Standard_AzureFrontDoor Premium_AzureFrontDoor"), (r"azurerm_dns_.*\.target_resource_id", ""), (r"azurerm_app_configuration\.sku", "free standard"), (r"azurerm_recovery_services_vault\.sku", "Standard RS0"),
    (r"azurerm_iothub\.sku\.name|azurerm_iothub_dps\.sku\.name", "S1 B1 F1 S2"), (r"azurerm_monitor_metric_alert\.frequency", "PT1M PT5M PT15M"), (r"azurerm_monitor_.*\.operator", "GreaterThan LessThan"), (r"azurerm_monitor_.*\.aggregation", "Average Total Maximum"), (r"azurerm_traffic_manager_profile\.traffic_routing_method", "Performance Weighted Priority Geographic"),
    (r"azurerm_static_web_app\.sku_(tier|size)", "Free Standard"), (r"azurerm_notification_hub_namespace\.namespace_type", "NotificationHub Messaging"), (r"azurerm_notification_hub_namespace\.sku_name", "Free Basic Standard"), (r"azurerm_relay_namespace\.sku_name", "Standard"), (r"azurerm_maps_account\.sku_name", "G2 S0"),
    (r"azurerm_kusto_cluster\.sku\.name", "Dev(No SLA)_Standard_D11_v2 Standard_E2a_v4"), (r"azurerm_logic_app_.*\.frequency", "Day Hour Week"), (r"azurerm_lb_.*\.protocol", "Tcp Udp All"), (r"azurerm_lb_probe\.protocol", "Tcp Http"), (r"azurerm_private_dns_.*\.type|azurerm_dns_.*\.record_type", "A"),
    (r"azurerm_eventgrid_.*\.(input_schema|event_delivery_schema)", "EventGridSchema CloudEventSchemaV1_0"), (r"azurerm_bot_.*\.sku", "F0 S1"), (r"azurerm_purview.*\.sku", "Standard_4"), (r"azurerm_(linux|windows)_virtual_machine.*\.priority", "Regular Spot"), (r"azurerm_.*identity\.type", "SystemAssigned"),
    (r"azurerm_netapp_.*\.service_level", "Standard Premium Ultra"), (r"azurerm_express_route_circuit\.sku\.(tier)", "Standard Premium"), (r"azurerm_express_route_circuit\.sku\.family", "MeteredData UnlimitedData"), (r"azurerm_virtual_desktop_host_pool\.type", "Pooled Personal"), (r"azurerm_virtual_desktop_host_pool\.load_balancer_type", "BreadthFirst DepthFirst"), (r"azurerm_virtual_desktop_application_group\.type", "Desktop RemoteApp"),
    (r"azurerm_automation_.*runbook\.runbook_type", "PowerShell Python3 PowerShellWorkflow"), (r"azurerm_automation_schedule\.frequency", "Day Week Hour"), (r"azurerm_security_center_subscription_pricing\.tier", "Free Standard"), (r"azurerm_security_center_subscription_pricing\.resource_type", "VirtualMachines KeyVaults AppServices"),
    (r"azurerm_policy_definition\.policy_type", "Custom"), (r"azurerm_policy_definition\.mode", "All Indexed"), (r"azurerm_web_pubsub\.sku", "Free_F1 Standard_S1"), (r"azurerm_(web_application_firewall|cdn_frontdoor_firewall)_policy\.mode", "Prevention Detection"), (r"azurerm_container_group\.os_type", "Linux Windows"), (r"azurerm_container_group\.ip_address_type", "Public Private"), (r"azurerm_container_group\.restart_policy", "Always Never OnFailure"),
    (r"azurerm_container_app\.revision_mode", "Single Multiple"), (r"azurerm_image\.hyper_v_generation|azurerm_shared_image\.hyper_v_generation", "V1 V2"), (r"azurerm_shared_image\.os_type", "Linux Windows"), (r"azurerm_storage_management_policy\..*", ""), (r"azurerm_storage_queue\.x", ""), (r"azurerm_synapse_.*pool\.sku_name", "DW100c DW200c"), (r"azurerm_synapse_spark_pool\.node_size", "Small Medium"), (r"azurerm_synapse_spark_pool\.node_size_family", "MemoryOptimized"),
    (r"aws_.*\.ip_address_type", "ipv4 dualstack"), (r"aws_(db_instance|rds_cluster)\.engine", "mysql postgres mariadb"), (r"aws_rds_cluster.*\.engine|aws_rds_global_cluster\.engine", "aurora-mysql aurora-postgresql"), (r"aws_.*\.instance_class", "db.t3.micro db.t3.medium db.r5.large"), (r"aws_elasticache_.*\.(node_type|cache_node_type)", "cache.t3.micro cache.t3.small cache.r6g.large"), (r"aws_(memorydb|dax).*\.node_type", "db.t4g.small db.r6g.large"), (r"aws_redshift_.*\.node_type", "ra3.xlplus ra3.4xlarge dc2.large"),
    (r"aws_db_parameter_group\.family", "postgres16 mysql8.0 mariadb10.11"), (r"aws_rds_cluster_parameter_group\.family", "aurora-mysql8.0 aurora-postgresql15"), (r"aws_elasticache_parameter_group\.family", "redis7 redis6.x"), (r"aws_neptune_.*\.family", "neptune1.3 neptune1.2"), (r"aws_docdb_.*\.family", "docdb5.0 docdb4.0"), (r"aws_memorydb_.*\.family", "memorydb_redis7 memorydb_redis6"), (r"aws_redshift_.*\.family", "redshift-1.0"),
    (r"aws_db_option_group\.(engine_name)", "mysql sqlserver-ee"), (r"aws_db_option_group\.major_engine_version", "8.0 5.7"), (r"aws_(docdb|neptune)_cluster.*\.engine", ""), (r"aws_mq_(broker|configuration)\.engine_version", "5.18 3.13"), (r"aws_emr_.*\.release_label", "emr-7.1.0 emr-6.15.0"), (r"aws_lambda_function\.handler", "index.handler app.handler main.lambda_handler"),
    (r"aws_lambda_permission\.(action)", "lambda:InvokeFunction"), (r"aws_lambda_permission\.principal", "events.amazonaws.com s3.amazonaws.com sns.amazonaws.com apigateway.amazonaws.com"), (r"aws_lambda_permission\.statement_id", "AllowInvoke AllowEvents"), (r"aws_api_gateway_.*\.http_method", "GET POST PUT DELETE ANY"), (r"aws_api_gateway_resource\.path_part", "orders users items health"), (r"aws_apigatewayv2_route\.route_key", '$default'),
    (r"aws_sns_topic_subscription\.endpoint", ""), (r"aws_cloudwatch_.*\.metric_name|aws_.*\.metric_name", "CPUUtilization Errors Latency RequestCount"), (r"aws_cloudwatch_metric_alarm\.namespace", "AWS/EC2 AWS/Lambda AWS/RDS AWS/SQS"), (r"aws_appautoscaling_.*\.resource_id", "table/orders service/main/web"), (r"aws_.*\.service_namespace", ""), (r"aws_s3_bucket_acl\.acl", ""),
    (r"aws_eks_.*addon\.addon_name", "vpc-cni coredns kube-proxy"), (r"aws_eks_cluster\.version", "1.29 1.30 1.31"), (r"aws_glue_.*\.name", ""), (r"aws_cloudwatch_event_rule\.event_pattern", ""), (r"aws_vpc_endpoint\.service_name", "com.amazonaws.us-east-1.s3 com.amazonaws.us-east-1.dynamodb"), (r"aws_servicequotas_.*\.quota_code", "L-1216C47A L-F678F1CE"), (r"aws_servicequotas_.*\.service_code", "ec2 vpc lambda"),
    (r"aws_workspaces_.*bundle_id", "wsb-bh8rsxt14"), (r"aws_lightsail_.*\.blueprint_id", "amazon_linux_2023 ubuntu_22_04 wordpress"), (r"aws_lightsail_.*\.bundle_id", "nano_3_0 micro_3_0 small_3_0"), (r"aws_lightsail_database\.relational_database_blueprint_id", "mysql_8_0 postgres_15"), (r"aws_lightsail_database\.relational_database_bundle_id", "micro_2_0 small_2_0"), (r"aws_lightsail_container_service\.power", ""),
    (r"aws_iam_.*\.policy_arn", "arn:aws:iam::aws:policy/ReadOnlyAccess arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"), (r"aws_iam_service_linked_role\.aws_service_name", "autoscaling.amazonaws.com ecs.amazonaws.com"), (r"aws_.*\.sampling_rate", ""), (r"aws_sagemaker_.*\.instance_type", "ml.t3.medium ml.m5.large"), (r"aws_kinesis_video_stream\.media_type", "video/h264"), (r"aws_opensearch_domain\.engine_version", "OpenSearch_2.11 OpenSearch_2.13"),
    (r"aws_dms_.*\.replication_instance_class", "dms.t3.micro dms.t3.medium dms.c5.large"), (r"aws_gamelift_.*\.ec2_instance_type", "c5.large c4.large"), (r"aws_cloud9_.*\.image_id", "amazonlinux-2023-x86_64 ubuntu-22.04-x86_64"), (r"aws_key_pair\.public_key", ""), (r"aws_.*\.compatible_runtimes|aws_lambda_function\.runtime", ""), (r"aws_dynamodb_.*\.hash_key", "id pk userId"),
    (r"aws_route53_record\.records", "203.0.113.10 203.0.113.20"), (r"aws_ses_.*\.rule_set_name", "primary inbound"), (r"aws_.*\.bandwidth|aws_dx_.*\.connections_bandwidth", "1Gbps 10Gbps"), (r"aws_dx_.*\.location", "EqDC2 EqFA5"), (r"aws_.*\.bgp_asn", "65000 65010"), (r"aws_.*\.amazon_side_asn", "64512 64520"), (r"aws_cognito_.*\.explicit_auth_flows", ""), (r"aws_msk_.*\.kafka_version(s)?", "3.5.1 3.6.0"),
    (r"aws_waf.*\.rate_key", "IP"), (r"aws_transfer_ssh_key\.body", ""), (r".*\.(partition_key_version)", ""),
)  # fmt: skip

# Numbers whose range no rule tells.
NUMBERS = (
    (r".*priority.*", (100, 1000)), (r".*ttl.*", (60, 3600)), (r".*(seconds|timeout).*", (10, 600)), (r".*asn.*", (64512, 65500)),
    (r".*minutes.*", (5, 60)), (r".*hours.*", (1, 24)), (r".*days.*", (1, 90)), (r".*(size|capacity|quota|storage).*gb.*|disk_size.*", (20, 500)), (r".*iops.*", (3000, 5000)), (r".*throughput.*", (125, 1000)),
    (r".*(weight).*", (1, 100)), (r".*percent.*", (10, 90)), (r".*(capacity|size).*", (1, 20)), (r".*memory.*", (128, 1024)), (r".*(count|number|instances|nodes|shards|replicas|partitions|units).*", (1, 5)), (r".*(max|min)_.*|.*_(max|min)", (1, 10)), (r".*threshold.*", (1, 100)), (r".*(amount|limit).*", (10, 1000)), (r".*vlan.*", (100, 400)),
)  # fmt: skip
NEVER = frozenset(
    [
        "id",
        "tags_all",
        "timeouts",
        "count",
        "for_each",
        "depends_on",
        "lifecycle",
        "provider",
        "connection",
        "provisioner",
        "policy_data",
        "name_prefix",
        "bucket_prefix",
        "identifier_prefix",
        "cluster_identifier_prefix",
        "skip_destroy",
        "force_destroy_policy",
    ]
)
# A pattern of an intent would take these for its own words.
WORDS_OF_INTENTS = frozenset({*SELECTORS["terraform"], *MATCHERS})
NEVER |= WORDS_OF_INTENTS
_DOCUMENTS = re.compile(
    r".*(json|_document|definition|template|script|body|content|user_data|sql|query|certificate(_body|_chain)?|"
    r"private_key|public_key|mappings|expression|pattern|schema|code|base64|input|spec|regex|dashboard|payload)"
)


_ARN_SERVICES = {
    "vpclattice": "vpc-lattice", "networkmanager": "networkmanager", "networkfirewall": "network-firewall",
    "api": "apigateway", "efs": "elasticfilesystem", "sfn": "states", "mq": "mq", "msk": "kafka", "prometheus": "aps",
    "cloudwatch": "logs", "lb": "elasticloadbalancing", "ssoadmin": "sso", "opensearch": "es", "codestarconnections": "codestar-connections",
    "imagebuilder": "imagebuilder", "resiliencehub": "resiliencehub", "ec2": "ec2", "vpc": "ec2", "acmpca": "acm-pca",
    "verifiedaccess": "ec2", "dx": "directconnect", "fsx": "fsx", "inspector2": "inspector2", "emrserverless": "emr-serverless",
}  # fmt: skip
# Names that have to be of a certain form, though no rule that is known says so.
_EXACT = (
    (r"azurerm_storage_account\.name|azurerm_.*\.storage_account_name", "storage"), (r"azurerm_container_registry\.name|azurerm_.*\.container_registry_name", "letters"),
    (r"azurerm_storage_data_lake.*\.name|azurerm_kusto_cluster\.name|azurerm_batch_account\.name", "letters"), (r"azurerm_resource_group\.name", "azure-group"), (r"azurerm_.*dns_zone\.name", "domain"),
    (r"google_storage_bucket\.name", "bucket"), (r"google_bigquery_.*\.(dataset_id|table_id|routine_id)", "name_"), (r"google_dns_record_set\.name", "dns"), (r"aws_route53_zone\.name|aws_.*domain_identity\.domain", "domain"), (r"aws_route53_record\.name", "host"),
    (r"aws_.*\.log_uri", "s3-uri"), (r"aws_.*\.schedule", "cron-aws"), (r"aws_.*\.master_username|aws_.*\.admin_username", "letters"), (r"google_service_account\.account_id", "name"), (r"aws_ssm_parameter\.name", "path"),
)  # fmt: skip


def candidates(
    type: str, path: str, argument: str, required: bool, facts: Mapping[str, Any]
) -> Iterator[list[Any]]:
    """Specs for a string, the likeliest first; none where nothing sensible is known.

    Args:
        path: where it stands, without the type: `settings.tier`.
        facts: what `value_facts` knows of it; empty for providers without rules.
    """
    chosen = [v for v in facts.get("enum", ()) if isinstance(v, str) and v and len(v) < 60]
    for pattern, listed in ENUMS:
        if re.fullmatch(pattern, f"{type}.{path}") or re.fullmatch(pattern, f"{type}.{argument}"):
            values = listed.split()
            allowed = [v for v in values if not chosen or v in chosen]
            if allowed:
                yield ["enum", *allowed]
            break
    if chosen:
        yield ["enum", *chosen[:10]]
        return
    format = facts.get("format", "")
    if format.startswith(("cidr", "network")):
        if "6" not in format:
            yield ["text", "cidr16"]
            yield ["text", "cidr24"]
        return
    if format in ("ip", "ipv4"):
        yield ["text", "ip"]
    if format == "timestamp":
        yield ["text", "timestamp"]
    if format in ("json", "policy", "json-or-empty", "base64"):
        return
    if _DOCUMENTS.fullmatch(argument) and not argument.endswith(
        ("_arn", "_id", "_name", "_type", "_code")
    ):
        return
    for pattern, kind in _EXACT:
        if re.fullmatch(pattern, f"{type}.{argument}"):
            yield ["text", kind]
            break
    for pattern, kinds in (*TABLES[type.partition("_")[0]], *ANY):
        if re.fullmatch(pattern, argument):
            for kind in kinds.split():
                yield ["text", kind]
            break
    if type.startswith("aws_") and (
        format.startswith("arn") or re.fullmatch(r"(.*_)?arns?", argument)
    ):
        service = type.split("_")[1]
        noun = re.sub(r"_?arns?$", "", argument).replace("_", "-") or type.split("_")[-1]
        yield ["arn", _ARN_SERVICES.get(service, service), noun]
        yield ["text", "arn-role"]
        yield ["text", "arn-topic"]
    if required and type.startswith("aws_") and argument.endswith(("_id", "_code")):
        yield ["text", "alnum"]
        yield ["text", "name"]


def number(argument: str, required: bool, facts: Mapping[str, Any]) -> list[Any] | None:
    """A spec for a number; None where it is optional and nothing is known of it."""
    chosen = [v for v in facts.get("enum", ()) if not isinstance(v, (str, bool))]
    if chosen:
        return ["enum", *[int(v) if float(v).is_integer() else v for v in chosen[:10]]]
    low, high = facts.get("min"), facts.get("max")
    if re.fullmatch(r"(.*_)?ports?", argument) and (low or 0) <= 80 and (high or 65535) >= 8443:
        return ["enum", 80, 443, 3306, 5432, 6379, 8080, 8443]
    step = int(facts.get("multiple_of") or 1)
    guess = next((r for p, r in NUMBERS if re.fullmatch(p, argument)), None)
    if guess is None and low is None and high is None and not required:
        return None
    first, last = guess or (1, 10)
    if low is not None or high is not None:
        least = 0 if low is None else max(low, 1 if (high is None or high > 1) else low)
        most = max(least * 10, last) if high is None else high
        first, last = max(first, least), min(last, most)
        if first > last:
            first, last = least, most
    return ["int", int(first), int(last), step]
