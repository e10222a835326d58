"""What the API server demands of Services, Ingresses and NetworkPolicies, beyond their schemas.

From https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ and its policies. Whether they
fit the pods of a file is in references.py.
"""

from __future__ import annotations

import re
from typing import Any

from iapo.verify.kubernetes.addresses import check_address, check_block, check_ip_block
from iapo.verify.kubernetes.manifest import Findings, Manifest, entries, mapping, text
from iapo.verify.kubernetes.selectors import check_label_selector
from iapo.verify.yaml_source import Path


def check_service(manifest: Manifest, findings: Findings) -> None:
    """Report what is wrong with a Service's type, addresses and ports."""
    spec = manifest.spec
    kind = spec.get("type") or "ClusterIP"
    headless = spec.get("clusterIP") == "None"
    ports = list(entries(spec.get("ports")))
    if kind == "ExternalName":
        name = text(spec.get("externalName"))
        if not name:
            message = "a Service of type ExternalName needs externalName"
            findings.error("missing-field", message, manifest, ("spec",))
        if headless:
            message = "a Service of type ExternalName takes no clusterIP"
            findings.error("exclusive-fields", message, manifest, ("spec", "clusterIP"))
    elif not ports and not headless:
        findings.error("missing-field", "a Service needs at least one port", manifest, ("spec",))
    if headless and kind in ("NodePort", "LoadBalancer"):
        message = f"clusterIP None is not for a Service of type {kind}"
        findings.error("exclusive-fields", message, manifest, ("spec", "clusterIP"))
    outside = kind in ("NodePort", "LoadBalancer") or spec.get("externalIPs")
    if spec.get("externalTrafficPolicy") and not outside:
        message = f"externalTrafficPolicy is not for a Service of type {kind}"
        findings.error("exclusive-fields", message, manifest, ("spec", "externalTrafficPolicy"))
    for field in ("loadBalancerClass", "loadBalancerSourceRanges", "allocateLoadBalancerNodePorts"):
        if spec.get(field) not in (None, []) and kind != "LoadBalancer":
            message = f"{field} is only for a Service of type LoadBalancer"
            findings.error("exclusive-fields", message, manifest, ("spec", field))
    if "matchLabels" in mapping(spec.get("selector")):
        message = "the selector of a Service holds the labels themselves, without matchLabels"
        findings.error("wrong-type", message, manifest, ("spec", "selector", "matchLabels"))
    if not headless:
        check_address(spec.get("clusterIP"), manifest, ("spec", "clusterIP"), findings)
    for field, check in (("externalIPs", check_address), ("loadBalancerSourceRanges", check_block)):
        values = spec.get(field)
        for index, value in enumerate(values if isinstance(values, list) else ()):
            check(value, manifest, ("spec", field, index), findings)
    _service_ports(manifest, kind, ports, findings)


def _service_ports(
    manifest: Manifest, kind: Any, ports: list[tuple[int, dict[str, Any]]], findings: Findings
) -> None:
    names: set[str] = set()
    numbers: set[tuple[Any, Any]] = set()
    for index, port in ports:
        at: Path = ("spec", "ports", index)
        name, number = text(port.get("name")), port.get("port")
        protocol = text(port.get("protocol")) or "TCP"
        if len(ports) > 1 and not name:
            message = "every port of a Service with several ports needs a name"
            findings.error("missing-field", message, manifest, at)
        if name and name in names:
            message = f'two ports of this Service are called "{name}"'
            findings.error("duplicate-name", message, manifest, (*at, "name"))
        names.add(name)
        if isinstance(number, int):
            if (number, protocol) in numbers:
                message = f"port {number}/{protocol} is given twice"
                findings.error("duplicate-port", message, manifest, (*at, "port"))
            numbers.add((number, protocol))
        if port.get("nodePort") and kind == "ClusterIP":
            message = "nodePort needs type NodePort or LoadBalancer"
            findings.error("exclusive-fields", message, manifest, (*at, "nodePort"))


def check_ingress(manifest: Manifest, findings: Findings) -> None:
    """Report hosts, paths and backends that an Ingress may not have."""
    spec = manifest.spec
    rules = list(entries(spec.get("rules")))
    if not rules and not spec.get("defaultBackend"):
        message = "an Ingress needs rules or a defaultBackend"
        findings.error("missing-field", message, manifest, ("spec",))
    if isinstance(spec.get("defaultBackend"), dict):
        _ingress_backend(manifest, ("spec", "defaultBackend"), spec["defaultBackend"], findings)
    for index, rule in rules:
        host = text(rule.get("host"))
        if re.fullmatch(r"[0-9]+(\.[0-9]+){3}", host):
            message = f'host "{host}" must be a DNS name, not an address'
            findings.error("bad-host", message, manifest, ("spec", "rules", index, "host"))
        for place, path in entries(mapping(rule.get("http")).get("paths")):
            at: Path = ("spec", "rules", index, "http", "paths", place)
            where, kind = text(path.get("path")), path.get("pathType")
            if kind in ("Exact", "Prefix") and not where.startswith("/"):
                message = f'path "{where}" must begin with / for pathType {kind}'
                findings.error("bad-path", message, manifest, (*at, "path"))
            elif where and not where.startswith("/"):
                message = f'path "{where}" must begin with /'
                findings.error("bad-path", message, manifest, (*at, "path"))
            elif kind in ("Exact", "Prefix") and re.search(r"//|/\.(/|$)|/\.\.(/|$)|%2[fF]", where):
                message = f'path "{where[:80]}" must not contain //, /./, /../ or %2f'
                findings.error("bad-path", message, manifest, (*at, "path"))
            if kind == "":
                findings.error("missing-field", "pathType must not be empty", manifest, at)
            if isinstance(path.get("backend"), dict):
                _ingress_backend(manifest, (*at, "backend"), path["backend"], findings)


def _ingress_backend(
    manifest: Manifest, path: Path, backend: dict[str, Any], findings: Findings
) -> None:
    service, resource = backend.get("service"), backend.get("resource")
    if (service is None) == (resource is None):
        message = "a backend needs exactly one of service, resource"
        findings.error("several-sources", message, manifest, path)
        return
    if isinstance(service, dict):
        port = mapping(service.get("port"))
        if bool(port.get("name")) == bool(port.get("number")):
            message = "the port of a service backend needs exactly one of name, number"
            findings.error("several-sources", message, manifest, (*path, "service"))


def check_network_policy(manifest: Manifest, findings: Findings) -> None:
    """Report peers and ports of a NetworkPolicy that mean nothing."""
    spec = manifest.spec
    check_label_selector(
        manifest, mapping(spec.get("podSelector")), ("spec", "podSelector"), findings
    )
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in entries(spec.get(direction)):
            at: Path = ("spec", direction, index)
            for place, peer in entries(rule.get(peers)):
                where = (*at, peers, place)
                block = peer.get("ipBlock")
                check_ip_block(block, manifest, (*where, "ipBlock"), findings)
                others = [
                    k for k in ("podSelector", "namespaceSelector") if peer.get(k) is not None
                ]
                if block is not None and others:
                    message = "ipBlock stands alone in a peer, without selectors"
                    findings.error("exclusive-fields", message, manifest, where)
                elif block is None and not others:
                    message = "a peer needs podSelector, namespaceSelector or ipBlock"
                    findings.error("missing-field", message, manifest, where)
            for place, port in entries(rule.get("ports")):
                first, last = port.get("port"), port.get("endPort")
                if last is not None and (not isinstance(first, int) or last < first):
                    message = "endPort needs a numeric port that is not greater"
                    findings.error("bad-port", message, manifest, (*at, "ports", place, "endPort"))
