"""Mutants that nothing could be derived of: (task, leaf) to what is replaced by what.

`absent` names no value, an empty mapping or a form has no literal; one line each, written by hand.
A new text that begins with + stands after the old one.
"""

from __future__ import annotations

from collections.abc import Mapping

_LOCKED_DOWN = "podSelector: {}"
_ONE_APP = "podSelector:\n    matchLabels:\n      app: other"

BY_HAND: Mapping[tuple[str, str], tuple[str, str]] = {
    ("compose/proxy/nginx-before-two-apps", "blue.ports"): (
        "site:blue\n", '+    ports:\n      - "8080:8080"\n'),
    ("compose/proxy/nginx-before-two-apps", "green.ports"): (
        "site:green\n", '+    ports:\n      - "8080:8080"\n'),
    ("compose/profiles/debug-tools", "web.profiles"): ("portal:5.2\n", "+    profiles: [debug]\n"),
    ("compose/profiles/debug-tools", "db.profiles"): ("postgres:15\n", "+    profiles: [debug]\n"),
    ("compose/profiles/load-test", "api.profiles"): ("api:2.7.1\n", "+    profiles: [load]\n"),
    ("compose/secrets/password-file", "db.environment.MYSQL_ROOT_PASSWORD"): (
        "    environment:\n", "+      MYSQL_ROOT_PASSWORD: hunter2\n"),
    ("compose/secrets/out-of-the-environment", "auth.environment.JWT_KEY"): (
        "      JWT_KEY_FILE: /run/secrets/jwt_key\n", "+      JWT_KEY: hunter2\n"),
    ("compose/secrets/out-of-the-environment", "auth.environment.SMTP_PASSWORD"): (
        "      JWT_KEY_FILE: /run/secrets/jwt_key\n", "+      SMTP_PASSWORD: letmein\n"),
    ("compose/secrets/out-of-the-environment", "mailer.environment.SMTP_PASSWORD"): (
        "mailer:1.1.0\n    environment:\n", "+      SMTP_PASSWORD: letmein\n"),
    ("dockerfile/entrypoint/script-and-default-arguments", "script.chmod"): ("0755", "0644"),
    ("dockerfile/entrypoint/script-and-default-arguments", "entry.form"): (
        'ENTRYPOINT ["/usr/local/bin/init.sh"]', "ENTRYPOINT /usr/local/bin/init.sh"),
    ("dockerfile/heredoc/one-layer-setup", "script.form"): ("<<EOF", "set -e && \\"),
    ("dockerfile/build-args/version-label", "label.labels.org.opencontainers.image.version"): (
        'LABEL org.opencontainers.image.version="${APP_VERSION}"\n', ""),
    ("dockerfile/build-args/version-label", "image.base"): (
        "alpine:${ALPINE_VERSION}", "alpine:3.19"),
    ("dockerfile/go/stamp-the-version", "label.labels.org.opencontainers.image.revision"): (
        'LABEL org.opencontainers.image.revision="$COMMIT"\n', ""),
    ("github-actions/permissions/least-privilege", "review.permissions"): ("permissions: {}\n", ""),
    ("gitlab-ci/rules/from-only-and-except", "build.only"): ("build:\n", "+  only: [main]\n"),
    ("gitlab-ci/rules/from-only-and-except", "docs.except"): ("docs:\n", "+  except: [tags]\n"),
    ("gitlab-ci/rules/from-only-and-except", "docs.rules[1].if"): (
        "    - when: on_success\n", "    - if: $CI_COMMIT_TAG\n      when: on_success\n"),
    ("gitlab-ci/lint/allowed-to-fail", "shellcheck.needs"): ("v0.10.0\n  needs: []\n", "v0.10.0\n"),
    ("gitlab-ci/lint/allowed-to-fail", "spelling.needs"): ("alpine\n  needs: []\n", "alpine\n"),
    ("gitlab-ci/identity/vault-and-aws", "plan.image.entrypoint"): (
        "    entrypoint: [\"\"]\n", ""),
    ("kubernetes/networkpolicy/deny-then-dns", "deny.spec.podSelector"): (_LOCKED_DOWN, _ONE_APP),
    ("kubernetes/networkpolicy/closed-by-default", "deny.spec.podSelector"): (_LOCKED_DOWN, _ONE_APP),
    ("kubernetes/networkpolicy/three-tiers", "deny.spec.podSelector"): (_LOCKED_DOWN, _ONE_APP),
    ("kubernetes/namespace-quota/tenant-starter-kit", "deny.spec.podSelector"): (
        _LOCKED_DOWN, _ONE_APP),
    ("kubernetes/networkpolicy/deny-then-dns", "dns.spec.podSelector"): (
        "name: allow-dns\n  namespace: vault\nspec:\n  " + _LOCKED_DOWN,
        "name: allow-dns\n  namespace: vault\nspec:\n  " + _ONE_APP),
    ("kubernetes/networkpolicy/deny-then-dns", "deny.spec.egress"): (
        "    - Egress\n---", "    - Egress\n  egress:\n    - {}\n---"),
    ("kubernetes/networkpolicy/closed-by-default", "deny.spec.ingress"): (
        "    - Egress\n", "+  ingress:\n    - {}\n"),
    ("kubernetes/networkpolicy/closed-by-default", "deny.spec.egress"): (
        "    - Egress\n", "+  egress:\n    - {}\n"),
    ("kubernetes/networkpolicy/three-tiers", "deny.spec.ingress"): (
        "    - Ingress\n---", "    - Ingress\n  ingress:\n    - {}\n---"),
    ("kubernetes/networkpolicy/three-tiers", "web.spec.ingress[0].from"): (
        "    - ports:\n        - protocol: TCP\n          port: 8080\n",
        "+      from:\n        - podSelector:\n            matchLabels:\n              tier: api\n"),
    ("kubernetes/namespace-quota/tenant-starter-kit", "deny.spec.ingress"): (
        "    - Ingress\n", "+  ingress:\n    - {}\n"),
    ("kubernetes/app/stream-consumer", "policy.spec.ingress"): (
        "    - Ingress\n", "+  ingress:\n    - {}\n"),
    ("kubernetes/configmap/out-of-the-manifest", "meter.containers[0].env"): (
        "meter:2.6.0\n",
        '+          env:\n            - name: METER_PORT\n              value: "4059"\n'),
    ("kubernetes/pdb/evict-broken-pods", "budget.spec.minAvailable"): (
        "maxUnavailable: 1\n", "minAvailable: 100%\n"),
    ("kubernetes/ingress/class-and-default-backend", "ingress.spec.rules"): (
        "  ingressClassName: internal-nginx\n",
        "+  rules:\n    - host: tools.example.org\n"),
    ("kubernetes/ingress/before-1-22", "portal.annotations"): (
        "  name: portal-v1\n", "+  annotations:\n    kubernetes.io/ingress.class: haproxy\n"),
    ("kubernetes/ingress/weighted-canary", "main.annotations"): (
        "kind: Ingress\nmetadata:\n  name: api\n",
        '+  annotations:\n    nginx.ingress.kubernetes.io/canary: "true"\n'),
    ("kubernetes/init-container/seeded-volume", "maps.pod.volumes[0].emptyDir"): (
        "emptyDir: {}", "hostPath:\n            path: /tiles"),
    ("kubernetes/endpointslice/mainframe", "service.spec.selector"): (
        "name: mainframe\nspec:\n", "+  selector:\n    app: mainframe\n"),
    ("kubernetes/endpointslice/mainframe", "slice.labels.kubernetes.io/service-name"): (
        "service-name: mainframe", "service-name: mainframe-b"),
    ("terraform/alarm/two-signals-one-page", "errors.alarm_actions"): (
        'alarm_name          = "api-errors"\n',
        '+  alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:pager"]\n'),
    ("terraform/alarm/two-signals-one-page", "slow.alarm_actions"): (
        'alarm_name          = "api-slow"\n',
        '+  alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:pager"]\n'),
    ("terraform/google-compute/build-box", "vm.network_interface.access_config"): (
        'network = "default"\n', "+    access_config {}\n"),
}  # fmt: skip
