"""When an object counts as ready, and when as failed, by what it says of itself."""

from typing import Any

import pytest

from bakehouse.drivers.builtin.kubernetes.readiness import State, readiness

GENERATION = {"metadata": {"generation": 2}}
SEEN = {"observedGeneration": 2}


def thing(kind: str, spec: Any = None, **status: Any) -> dict[str, Any]:
    return {"kind": kind, **GENERATION, "spec": spec or {}, "status": status}


def told(kind: str, reason: str, status: str = "True", **more: Any) -> dict[str, Any]:
    return {"conditions": [{"type": kind, "status": status, "reason": reason, "message": "why", **more}]}


ALL = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "readyReplicas": 2}
TWO = {"replicas": 2}

CASES = {
    "a deployment whose replicas are all new": (thing("Deployment", TWO, **SEEN, **ALL), "ready"),
    "a deployment of none": (thing("Deployment", {"replicas": 0}, **SEEN), "ready"),
    "a deployment that nobody looked at yet": (
        thing("Deployment", TWO, observedGeneration=1, **ALL),
        "waiting",
    ),
    "a deployment with a former replica": (
        thing("Deployment", TWO, **SEEN, **{**ALL, "replicas": 3}),
        "waiting",
    ),
    "a deployment with one replica available": (
        thing("Deployment", TWO, **SEEN, **{**ALL, "availableReplicas": 1}),
        "waiting",
    ),
    "a deployment past its deadline": (
        thing("Deployment", TWO, **SEEN, **told("Progressing", "ProgressDeadlineExceeded", "False")),
        "failed",
    ),
    "a deployment whose pods may not be made": (
        thing("Deployment", TWO, **SEEN, **told("ReplicaFailure", "FailedCreate")),
        "failed",
    ),
    "a set whose revision is whole": (
        thing("StatefulSet", TWO, **SEEN, **ALL, updateRevision="b", currentRevision="b"),
        "ready",
    ),
    "a set with a former revision": (
        thing("StatefulSet", TWO, **SEEN, **ALL, updateRevision="b", currentRevision="a"),
        "waiting",
    ),
    "a set that is updated by hand": (
        thing("StatefulSet", {**TWO, "updateStrategy": {"type": "OnDelete"}}, **SEEN, readyReplicas=2),
        "ready",
    ),
    "daemons on every node": (
        thing("DaemonSet", **SEEN, desiredNumberScheduled=3, updatedNumberScheduled=3, numberAvailable=3),
        "ready",
    ),
    "daemons on two of three nodes": (
        thing("DaemonSet", **SEEN, desiredNumberScheduled=3, updatedNumberScheduled=3, numberAvailable=2),
        "waiting",
    ),
    "a job at work": (thing("Job", active=1), "waiting"),
    "a complete job": (thing("Job", **told("Complete", "Done")), "ready"),
    "a failed job": (thing("Job", **told("Failed", "BackoffLimitExceeded")), "failed"),
    "a suspended job": (thing("Job", **told("Suspended", "JobSuspended")), "ready"),
    "a cron job": (thing("CronJob"), "ready"),
    "a pod that runs and is ready": (thing("Pod", phase="Running", **told("Ready", "")), "ready"),
    "a pod that is not ready": (thing("Pod", phase="Running", **told("Ready", "", "False")), "waiting"),
    "a pod that failed": (thing("Pod", phase="Failed", reason="Evicted"), "failed"),
    "a pod that came to its end": (thing("Pod", phase="Succeeded"), "ready"),
    "a bound claim": (thing("PersistentVolumeClaim", phase="Bound"), "ready"),
    "a claim that waits for its first pod": (thing("PersistentVolumeClaim", phase="Pending"), "ready"),
    "a lost claim": (thing("PersistentVolumeClaim", phase="Lost"), "failed"),
    "a service": (thing("Service", {"type": "ClusterIP"}), "ready"),
    "a load balancer without an address": (thing("Service", {"type": "LoadBalancer"}), "waiting"),
    "a load balancer with one": (
        thing("Service", {"type": "LoadBalancer"}, loadBalancer={"ingress": [{"ip": "192.0.2.1"}]}),
        "ready",
    ),
    "an ingress of no class": (thing("Ingress"), "ready"),
    "an ingress that its class has not taken": (thing("Ingress", {"ingressClassName": "nginx"}), "waiting"),
    "a route that a gateway took as it was": (
        thing("HTTPRoute", parents=[told("Accepted", "Accepted", observedGeneration=1)]),
        "waiting",
    ),
    "a route that leads to nothing": (
        thing(
            "HTTPRoute",
            parents=[told("Accepted", "Accepted"), told("ResolvedRefs", "BackendNotFound", "False")],
        ),
        "waiting",
    ),
    "a route that a gateway took": (thing("HTTPRoute", parents=[told("Accepted", "Accepted")]), "ready"),
    "a route that it refused": (
        thing("HTTPRoute", parents=[told("Accepted", "NoMatchingParent", "False")]),
        "failed",
    ),
    "an established definition": (thing("CustomResourceDefinition", **told("Established", "")), "ready"),
    "a definition whose names are taken": (
        thing("CustomResourceDefinition", **told("NamesAccepted", "NameConflict", "False")),
        "failed",
    ),
    "an active namespace": (thing("Namespace", phase="Active"), "ready"),
    "something of one's own that says nothing": (thing("Loaf"), "ready"),
    "something of one's own that is not ready": (thing("Loaf", **told("Ready", "", "False")), "waiting"),
    "something of one's own that is behind": (thing("Loaf", observedGeneration=1), "waiting"),
    "what is being deleted": (
        {"kind": "ConfigMap", "metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}},
        "waiting",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_an_object_is_as_far_as_it_says(case: str) -> None:
    found, state = CASES[case]
    said = readiness(found)
    assert said.state is State(state)
    assert bool(said.text) is (said.state is not State.READY)
