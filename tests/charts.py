"""A small chart as a compile hands it over, and the program `helm` on the PATH of a test."""

from collections.abc import Mapping
from typing import Any

import pytest

from parts.helm import helm

CHART = """\
apiVersion: v2
name: oven
version: 1.2.0
appVersion: "7"
"""
VALUES = """\
heat: 220
image: registry.test/oven:1
replicas: 1
"""
SCHEMA = """\
{"type": "object", "properties": {"heat": {"type": "integer", "maximum": 300}, "replicas": {"type": "integer"}}}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
      annotations:
        checksum/keys: {{ .Values.password | default "" | sha256sum }}
    spec:
      containers:
        - name: main
          image: {{ .Values.image }}
          env:
            - {name: HEAT, value: {{ .Values.heat | quote }}}
            - {name: HOST, value: {{ .Values.host | default "" | quote }}}
"""
SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-keys}
stringData: {password: {{ .Values.password | default "none" | quote }}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: {{ .Release.Name }}}, ports: [{port: 80}]}
"""
HOOK = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-before
  annotations: {helm.sh/hook: "pre-install,pre-upgrade"}
data: {a: b}
"""


def chart(**more: str) -> Mapping[str, Any]:
    """The folder of the chart with more templates, or others in their place; their names without the end."""
    templates = {"deployment": DEPLOYMENT, "secret": SECRET, "service": SERVICE, "hook": HOOK, **more}
    files = {"Chart.yaml": CHART, "values.yaml": VALUES, "values.schema.json": SCHEMA}
    return {
        "path": "charts/oven",
        "files": {**files, **{f"templates/{name}.yaml": text for name, text in templates.items() if text}},
    }


@pytest.fixture
def helm_on_path(monkeypatch: pytest.MonkeyPatch, isolated_home: object) -> None:
    """The program, and no settings of the one who runs the tests."""
    import os

    monkeypatch.setenv("PATH", f"{helm().parent}{os.pathsep}{os.environ['PATH']}")
