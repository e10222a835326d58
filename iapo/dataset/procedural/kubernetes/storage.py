"""What keeps data: StorageClasses, CSIDrivers, PersistentVolumes."""

from __future__ import annotations

from iapo.dataset.procedural.kubernetes.form import Form, register_kind
from iapo.dataset.procedural.wording import team

_SIZES = ("1Gi", "5Gi", "10Gi", "20Gi", "50Gi", "100Gi", "500Gi")
_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany")
_CLASSES = ("standard", "fast-ssd", "gp3", "nfs", "premium", "slow")
_STORAGE = "storage.k8s.io/v1"


def _storage_class(form: Form) -> None:
    rng = form.rng
    drivers = {
        "ebs.csi.aws.com": ("type", ("gp3", "io2")),
        "pd.csi.storage.gke.io": ("type", ("pd-ssd", "pd-balanced")),
        "disk.csi.azure.com": ("skuName", ("Premium_LRS", "StandardSSD_LRS")),
        "kubernetes.io/no-provisioner": None,
        "nfs.csi.k8s.io": ("server", ("nfs.example.com",)),
    }
    driver = rng.choice(sorted(drivers))
    form.set(
        "provisioner", driver, "the provisioner {v}", "{v} as the provisioner", "provisioner {v}"
    )
    known = drivers[driver]
    if known and rng.random() < 0.6:
        key, values = known
        form.set(
            f"parameters.{key}",
            rng.choice(values),
            f"the parameter {key}: {{v}}",
            f"parameter {key}={{v}}",
        )
    form.maybe(
        0.5,
        "reclaimPolicy",
        rng.choice(("Retain", "Delete")),
        "reclaim policy {v}",
        "the reclaim policy {v}",
    )
    binding = rng.choice(("WaitForFirstConsumer", "Immediate"))
    form.maybe(0.5, "volumeBindingMode", binding, "volume binding mode {v}", "binding mode {v}")
    form.maybe(
        0.35, "allowVolumeExpansion", True, "volume expansion allowed", "allowVolumeExpansion on"
    )


def _persistent_volume(form: Form) -> None:
    rng = form.rng
    form.set(
        "spec.capacity.storage",
        rng.choice(_SIZES),
        "a capacity of {v}",
        "{v} of storage",
        "capacity {v}",
    )
    mode = rng.choice(_MODES)
    form.set("spec.accessModes", [mode])
    form.say(f"access mode {mode}", f"{mode} access")
    source = rng.choice(("nfs", "hostPath", "local"))
    path = f"/{rng.choice(('data', 'exports', 'mnt', 'srv'))}/{team(rng)}"
    if source == "nfs":
        server = f"{team(rng)}.example.com"
        form.set("spec.nfs", {"server": server, "path": path})
        form.say(f"the NFS export {path} of {server}", f"NFS server {server}, path {path}")
    elif source == "hostPath":
        form.set("spec.hostPath.path", path, "the host path {v}", "hostPath {v}")
    else:
        node = f"{team(rng)}-node-{rng.randint(1, 9)}"
        form.set("spec.local.path", path, "the local path {v}", "a local volume at {v}")
        terms = [
            {
                "matchExpressions": [
                    {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
                ]
            }
        ]
        form.set("spec.nodeAffinity.required.nodeSelectorTerms", terms)
        form.say(
            f"required node affinity: kubernetes.io/hostname In {node}",
            f"node affinity that requires kubernetes.io/hostname In [{node}]",
        )
    form.maybe(
        0.5,
        "spec.storageClassName",
        rng.choice(_CLASSES),
        "storage class {v}",
        "the storage class {v}",
    )
    policy = rng.choice(("Retain", "Delete"))
    form.maybe(
        0.5,
        "spec.persistentVolumeReclaimPolicy",
        policy,
        "reclaim policy {v}",
        "a reclaim policy of {v}",
    )


def _csi_driver(form: Form) -> None:
    rng = form.rng
    form.label = f"csi.{team(rng)}.example.com"
    form.set(
        "spec.attachRequired", rng.random() < 0.5, "attachRequired {v}", "attach required: {v}"
    )
    form.maybe(
        0.6,
        "spec.podInfoOnMount",
        rng.random() < 0.5,
        "podInfoOnMount {v}",
        "pod info on mount: {v}",
    )
    policy = rng.choice(("File", "None", "ReadWriteOnceWithFSType"))
    form.maybe(0.5, "spec.fsGroupPolicy", policy, "fsGroup policy {v}", "fsGroupPolicy {v}")
    form.maybe(
        0.4, "spec.storageCapacity", True, "storage capacity tracking on", "storageCapacity: true"
    )


register_kind(
    "StorageClass",
    _STORAGE,
    ("a StorageClass", "a storage class"),
    _storage_class,
    ("ssd", "storage", "disk"),
)
register_kind("CSIDriver", _STORAGE, ("a CSIDriver", "a CSIDriver object"), _csi_driver)
register_kind(
    "PersistentVolume",
    "v1",
    ("a PersistentVolume", "a PersistentVolume (PV)"),
    _persistent_volume,
    ("pv", "volume", "data"),
)
