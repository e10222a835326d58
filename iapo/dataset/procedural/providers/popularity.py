"""Which resource types people ask for most.

A provider has hundreds of types, and most infrastructure is made of some dozens of them. Drawn
evenly, a model would meet `aws_s3_bucket` as seldom as `aws_chimesdkvoice_sip_rule`.
"""

from __future__ import annotations

from functools import cache

OFTEN = 12
"""How many times as often as another of its service such a type is drawn."""

_TYPES = {
    "aws": """
        acm_certificate ami api_gateway_deployment api_gateway_integration
        api_gateway_resource api_gateway_rest_api api_gateway_stage apigatewayv2_api
        apigatewayv2_integration apigatewayv2_route apigatewayv2_stage athena_workgroup
        autoscaling_policy backup_plan backup_vault batch_job_definition batch_job_queue
        cloudfront_origin_access_control cloudtrail cloudwatch_log_group
        cloudwatch_metric_alarm codebuild_project codecommit_repository cognito_user_pool
        cognito_user_pool_client config_config_rule db_instance db_parameter_group
        db_subnet_group dynamodb_table ebs_volume ecr_repository ecs_cluster ecs_service
        efs_file_system efs_mount_target eip eks_addon eks_cluster eks_node_group
        elasticache_cluster elasticache_replication_group elasticache_subnet_group flow_log
        glue_catalog_database glue_crawler guardduty_detector iam_access_key iam_group
        iam_group_policy_attachment iam_instance_profile iam_policy iam_role iam_role_policy
        iam_role_policy_attachment iam_user iam_user_policy_attachment instance
        internet_gateway kinesis_firehose_delivery_stream kinesis_stream kms_alias kms_key
        lambda_alias lambda_event_source_mapping lambda_function lambda_layer_version
        lambda_permission launch_template lb lb_listener lb_listener_rule lb_target_group
        lb_target_group_attachment mq_broker msk_cluster nat_gateway network_acl
        network_interface rds_cluster rds_cluster_instance redshift_cluster route
        route53_health_check route53_record route53_zone route_table route_table_association
        s3_bucket s3_bucket_lifecycle_configuration s3_bucket_logging s3_bucket_notification
        s3_bucket_ownership_controls s3_bucket_policy s3_bucket_public_access_block
        s3_bucket_server_side_encryption_configuration s3_bucket_versioning
        s3_bucket_website_configuration s3_object secretsmanager_secret
        secretsmanager_secret_version security_group ses_domain_identity sns_topic
        sns_topic_policy sqs_queue sqs_queue_policy ssm_parameter subnet volume_attachment
        vpc vpc_endpoint vpc_peering_connection vpn_gateway wafv2_ip_set
    """,
    "google": """
        artifact_registry_repository bigquery_dataset bigquery_table cloud_run_service
        cloud_run_v2_job cloud_run_v2_service cloud_scheduler_job cloudbuild_trigger
        cloudfunctions2_function cloudfunctions_function compute_address compute_disk
        compute_firewall compute_forwarding_rule compute_global_address compute_instance
        compute_instance_template compute_network compute_network_peering compute_route
        compute_router compute_router_nat compute_subnetwork container_cluster
        container_node_pool dns_managed_zone dns_record_set kms_crypto_key kms_key_ring
        logging_metric logging_project_sink monitoring_alert_policy
        monitoring_notification_channel monitoring_uptime_check_config project_iam_binding
        project_iam_member project_service pubsub_subscription pubsub_topic redis_instance
        secret_manager_secret secret_manager_secret_version service_account
        service_account_key spanner_instance sql_database sql_database_instance sql_user
        storage_bucket storage_bucket_iam_member storage_bucket_object vpc_access_connector
    """,
    "azurerm": """
        application_insights application_security_group availability_set container_group
        container_registry cosmosdb_account dns_a_record dns_zone eventhub
        eventhub_namespace key_vault key_vault_key key_vault_secret kubernetes_cluster
        kubernetes_cluster_node_pool lb lb_probe lb_rule linux_function_app
        linux_virtual_machine linux_web_app log_analytics_workspace managed_disk
        monitor_action_group monitor_diagnostic_setting mssql_database mssql_server
        mysql_flexible_server nat_gateway network_interface network_security_group
        network_security_rule postgresql_flexible_server postgresql_flexible_server_database
        private_dns_zone private_endpoint public_ip recovery_services_vault redis_cache
        resource_group role_assignment route route_table service_plan servicebus_namespace
        servicebus_queue servicebus_topic storage_account storage_blob storage_container
        storage_queue subnet user_assigned_identity virtual_network virtual_network_gateway
        virtual_network_peering windows_virtual_machine
    """,
}


@cache
def common_types() -> frozenset[str]:
    """The types that are drawn more often than the others of their service."""
    return frozenset(
        f"{prefix}_{name}" for prefix, names in _TYPES.items() for name in names.split()
    )


def weight_of(type: str) -> int:
    """How often a type is drawn, against a type that few ask for."""
    return OFTEN if type in common_types() else 1
