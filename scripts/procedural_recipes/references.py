"""What an argument refers to: by a few conventions, and by its name among the types there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

_AWS = (
    (r"(.*_)?vpc_id", "aws_vpc.id"), (r"(.*_)?subnets?(_ids?)?|client_subnets|subnet_mappings", "aws_subnet.id"),
    (r"(vpc_)?security_groups?(_ids?)?|.*_security_group_ids?", "aws_security_group.id"),
    (r"(.*_)?role_arn|(execution|service|iam|task)_role(_arn)?", "aws_iam_role.arn"), (r"instance_profile(_name)?|iam_instance_profile", "aws_iam_instance_profile.name"),
    (r"(.*_)?kms_key(_id|_arn)?|kms_master_key_id|.*_kms_key_arn", "aws_kms_key.arn"), (r"(.*_)?(s3_)?bucket(_name)?", "aws_s3_bucket.bucket"), (r"(s3_)?bucket_arn", "aws_s3_bucket.arn"),
    (r"(.*_)?(sns_)?topic_arn", "aws_sns_topic.arn"), (r"(.*_)?queue_url", "aws_sqs_queue.url"), (r"(.*_)?queue_arn", "aws_sqs_queue.arn"), (r"(acm_)?certificate_arn", "aws_acm_certificate.arn"),
    (r"(lambda_)?function_name", "aws_lambda_function.function_name"), (r"(lambda_)?function_arn", "aws_lambda_function.arn"), (r"(hosted_)?zone_id", "aws_route53_zone.zone_id"), (r"(secret_arn|secret_id)", "aws_secretsmanager_secret.id"),
    (r"file_system_id", "aws_efs_file_system.id"), (r"(cloudwatch_)?log_group_name", "aws_cloudwatch_log_group.name"), (r"(.*_)?log_group_arn", "aws_cloudwatch_log_group.arn"), (r"target_group_arns?", "aws_lb_target_group.arn"),
    (r"load_balancer_arns?", "aws_lb.arn"), (r"listener_arn", "aws_lb_listener.arn"), (r"autoscaling_group_name", "aws_autoscaling_group.name"), (r"route_table_ids?", "aws_route_table.id"), (r"network_interface_id", "aws_network_interface.id"),
    (r"allocation_id", "aws_eip.id"), (r"volume_id", "aws_ebs_volume.id"), (r"launch_template_id", "aws_launch_template.id"), (r"nat_gateway_id", "aws_nat_gateway.id"), (r"vpn_gateway_id", "aws_vpn_gateway.id"), (r"transit_gateway_id", "aws_ec2_transit_gateway.id"),
    (r"db_subnet_group_name", "aws_db_subnet_group.name"), (r"stream_arn", "aws_kinesis_stream.arn"), (r"(db_)?table_name", "aws_dynamodb_table.name"), (r"placement_group", "aws_placement_group.name"), (r"key_name", "aws_key_pair.key_name"),
)  # fmt: skip
_GOOGLE = (
    (r"(.*_)?network", "google_compute_network.id"), (r"(.*_)?subnetwork", "google_compute_subnetwork.id"), (r"(.*_)?topic(_name)?", "google_pubsub_topic.id"), (r"(.*_)?bucket(_name)?", "google_storage_bucket.name"),
    (r"service_account(_email)?", "google_service_account.email"), (r"(.*_)?kms_key(_name)?|crypto_key_id|crypto_key", "google_kms_crypto_key.id"), (r"key_ring(_id)?", "google_kms_key_ring.id"), (r"managed_zone", "google_dns_managed_zone.name"),
    (r"dataset_id", "google_bigquery_dataset.dataset_id"), (r"backend_service|default_service", "google_compute_backend_service.id"), (r"url_map", "google_compute_url_map.id"), (r"router", "google_compute_router.name"), (r"health_checks?", "google_compute_health_check.id"),
    (r"secret(_id)?", "google_secret_manager_secret.id"), (r"disk", "google_compute_disk.name"), (r"security_policy", "google_compute_security_policy.id"), (r"ssl_certificates", "google_compute_managed_ssl_certificate.id"),
)  # fmt: skip
_AZURE = (
    (r"resource_group_name", "azurerm_resource_group.name"), (r"resource_group_id", "azurerm_resource_group.id"), (r"(.*_)?subnet_ids?", "azurerm_subnet.id"), (r"(.*_)?virtual_network_id|remote_virtual_network_id", "azurerm_virtual_network.id"),
    (r"(.*_)?virtual_network_name", "azurerm_virtual_network.name"), (r"(.*_)?storage_account_id", "azurerm_storage_account.id"), (r"(.*_)?storage_account_name", "azurerm_storage_account.name"), (r"(.*_)?storage_container_name", "azurerm_storage_container.name"),
    (r"(.*_)?(storage_account_)(access_)?key", "azurerm_storage_account.primary_access_key"), (r"key_vault_id|vault_id", "azurerm_key_vault.id"), (r"key_vault_key_id", "azurerm_key_vault_key.id"), (r"(log_analytics_)?workspace_(resource_)?id", "azurerm_log_analytics_workspace.id"),
    (r"public_ip_address_ids?", "azurerm_public_ip.id"), (r"network_interface_ids?", "azurerm_network_interface.id"), (r"network_security_group_id", "azurerm_network_security_group.id"), (r"(app_)?service_plan_id", "azurerm_service_plan.id"), (r"loadbalancer_id", "azurerm_lb.id"),
    (r"(user_assigned_)?identity_ids?", "azurerm_user_assigned_identity.id"), (r"recovery_vault_name", "azurerm_recovery_services_vault.name"), (r"automation_account_name", "azurerm_automation_account.name"), (r"(eventhub_)?namespace_name", "azurerm_eventhub_namespace.name"),
    (r"kubernetes_cluster_id", "azurerm_kubernetes_cluster.id"), (r"(target|source)_resource_id|scope", "azurerm_storage_account.id"), (r"virtual_machine_id", "azurerm_linux_virtual_machine.id"), (r"custom_location_id", ""), (r"action_group_id", "azurerm_monitor_action_group.id"), (r"private_dns_zone_ids?", "azurerm_private_dns_zone.id"),
)  # fmt: skip
_TABLES = {"aws": _AWS, "google": _GOOGLE, "azurerm": _AZURE}
_SUFFIXES = (
    "_identifier",
    "_ids",
    "_id",
    "_arns",
    "_arn",
    "_names",
    "_name",
    "_self_link",
    "_email",
    "",
)


def reference(
    type: str,
    argument: str,
    types: Collection[str],
    attributes: Callable[[str], Mapping[str, Any]],
) -> tuple[str, str] | None:
    """Type and attribute that an argument of a type refers to; None where it stands for itself.

    Args:
        types: all of the provider.
        attributes: of a type.
    """
    provider = type.partition("_")[0]
    found = _same_service(type, argument, types, attributes)
    if found is None:
        for pattern, target in _TABLES[provider]:
            if re.fullmatch(pattern, argument):
                name, _, attribute = target.partition(".")
                found = (name, attribute) if name in types else None
                break
    if found is None or found[0] == type:
        return None
    # Something's own name is no reference, even where there is a type of that name.
    if argument in (
        "name",
        "description",
        "type",
        "version",
        "id",
        "policy",
        "rule",
        "value",
        "path",
        "domain",
    ):
        return None
    return found


def _same_service(
    type: str,
    argument: str,
    types: Collection[str],
    attributes: Callable[[str], Mapping[str, Any]],
) -> tuple[str, str] | None:
    words = type.split("_")
    for suffix in _SUFFIXES:
        if not argument.endswith(suffix):
            continue
        stem = argument.removesuffix(suffix)
        if not suffix and (words[0] == "aws" or stem not in _PLAIN):
            continue
        for length in range(len(words) - 1, 0, -1):
            # Without a service in front, only a longer stem is telling.
            if length == 1 and (
                suffix == "" or (not stem.startswith(words[1]) and words[0] != "azurerm")
            ):
                continue
            target = "_".join((*words[:length], stem))
            if target in types and target != type:
                attribute = _attribute(argument, suffix, attributes(target))
                return (target, attribute) if attribute else None
    return None


_PLAIN = frozenset(
    [
        "topic",
        "subscription",
        "cluster",
        "instance",
        "database",
        "repository",
        "key_ring",
        "registry",
        "queue",
        "environment",
        "dataset",
        "dataset_id",
        "table",
        "catalog",
        "lake",
        "service",
        "workflow",
        "router",
        "network",
        "gateway",
        "keyring",
        "store",
        "backup_vault",
        "connection",
        "cx_config",
        "agent",
        "hub",
        "spoke",
        "domain",
        "channel",
        "taxonomy",
    ]
)


def _attribute(argument: str, suffix: str, attributes: Mapping[str, Any]) -> str | None:
    wanted = {
        "_arn": ("arn", "id"), "_arns": ("arn", "id"), "_name": ("name", argument, "id"), "_names": ("name", argument),
        "_id": ("id",), "_ids": ("id",), "_identifier": (argument, "identifier", "id"), "_self_link": ("self_link",),
        "_email": ("email",), "": ("name", "id"),
    }[suffix]  # fmt: skip
    own = attributes.get(argument)
    if own is not None and own.get("required"):
        return argument
    return next((name for name in wanted if name in attributes), None)
