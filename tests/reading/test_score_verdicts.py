"""Every edge case of the Score specification, accepted or refused with the right code at the right place."""

from collections.abc import Mapping

import pytest

from bakehouse.graph.application import Workload
from bakehouse.graph.diagnostics import Diagnostic, Findings
from bakehouse.resolvers.folder import Snapshot
from bakehouse.resolvers.score import read_workload

HEAD = "apiVersion: score.dev/v1b1\nmetadata: {name: web}\n"
BODY = "containers:\n  main:\n    image: .\n"


def check(text: str, files: Mapping[str, bytes] | None = None) -> tuple[Workload | None, list[Diagnostic]]:
    findings = Findings()
    sources = {"web/score.yaml": text.encode(), **(files or {})}
    workload = read_workload(Snapshot(sources), "web/score.yaml", findings)
    return workload, list(findings)


def container(lines: str) -> str:
    """A Score file whose container has `lines`, besides its image."""
    return HEAD + BODY + "".join(f"    {line}\n" for line in lines.splitlines())


def beside(lines: str) -> str:
    """A Score file with `lines` at its top level, besides what is required."""
    return HEAD + BODY + lines + "\n"


def accepted(text: str) -> Workload:
    workload, found = check(text)
    assert [str(d) for d in found if d.is_error] == []
    assert workload is not None
    return workload


def refused(text: str) -> list[Diagnostic]:
    workload, found = check(text)
    errors = [d for d in found if d.is_error]
    assert workload is None
    assert errors
    for error in errors:
        assert error.place is not None
        assert error.place.file == "web/score.yaml"
        assert error.place.line > 0
        assert len(error.message) < 400
    return errors


ACCEPTED = {
    "words that only YAML 1.1 takes for booleans": container("variables: {A: no, B: on, NO: x, ON: y, y: n}"),
    "a time of day": container("variables: {A: 22:22:22}"),
    "a mode of four digits": container("files: {/a: {content: x, mode: '0644'}}"),
    "a mode of three digits": container("files: {/a: {content: x, mode: '755'}}"),
    "empty files": container("files: {}"),
    "an empty before": container("before: {}"),
    "empty volumes": container("volumes: {}"),
    "empty variables": container("variables: {}"),
    "empty commands": container("command: []\nargs: []"),
    "no resources": beside("resources: {}"),
    "no ports": beside("service: {ports: {}}"),
    "an empty service": beside("service: {}"),
    "content as a list of lines": container("files: [{target: /a, content: [x, y], mode: '0644'}]"),
    "the old volume list": container("volumes: [{target: /a, source: data, read_only: true}]"),
    **{f"cpu {v}": container(f"resources: {{limits: {{cpu: '{v}'}}}}") for v in ("1", "0", "250m", "0.24", "10.5")},
    **{
        f"memory {v}": container(f"resources: {{requests: {{memory: '{v}'}}}}")
        for v in ("1.5Gi", "1P", "128", "0.5G", "512Mi")
    },
    "a probe with both": container("livenessProbe: {httpGet: {path: '', port: 80}, exec: {command: [a]}}"),
    "a probe with headers": container(
        "readinessProbe: {httpGet: {path: /, port: 80, host: x, scheme: HTTPS, httpHeaders: [{name: A, value: b}]}}"
    ),
    "a port with a fraction of zero": beside("service: {ports: {www: {port: 80.0}}}"),
    "a port name of digits": beside('service: {ports: {"80": {port: 80, targetPort: 8080, protocol: UDP}}}'),
    "a second document": beside("---\nfoo: bar"),
    "an id with dots": beside("resources: {db: {type: postgres, id: a.b-c.d}}"),
    "a class in upper case": beside("resources: {db: {type: postgres, class: Large}}"),
    "anchors": container("variables: &v {A: x}") + "  side: {image: x, variables: *v}\n",
    "merges": "x: &m {image: x}\n".replace("x: ", "metadata: {name: web, base: ", 1).replace("\n", "}\n")
    + "apiVersion: score.dev/v1b1\ncontainers: {main: {<<: *m}}\n",
    "more metadata": "apiVersion: score.dev/v1b1\nmetadata: {name: web, x-y: 1, since: 2024-01-01, l: [null]}\n" + BODY,
    "more metadata of a resource": beside(
        "resources: {db: {type: postgres, metadata: {x: 1, since: 2024-01-01, annotations: {aa: t}}}}"),
    "annotations": "apiVersion: score.dev/v1b1\nmetadata: {name: web, annotations: {ab.cd/x_Y.z-1: t, ab: ''}}\n" + BODY,
    "anything in params": beside("resources: {db: {type: postgres, params: {a: null, b: [1, {c: 2024-01-01}]}}}"),
    "placeholders where none is expanded": container(
        "image: ${nope.x}\ncommand: ['${a b}']\nargs: [$(A), '${x}']\nlivenessProbe: {exec: {command: ['${}']}}"
    ).replace("    image: .\n", "", 1),
    "an unclosed placeholder": container("variables: {A: '${metadata.name'}"),
    "escaped dollars": container("variables: {A: '$${nope}', B: $, C: $HOME, D: cost $5}"),
    "a key with a dot": "apiVersion: score.dev/v1b1\nmetadata: {name: web, annotations: {ab.cd/zz: t}}\n"
    + BODY
    + "    variables: {A: '${metadata.annotations.ab\\.cd/zz}'}\n",
    "a resource as a volume": container("volumes: {/a: {source: '${resources.data}', path: x, readOnly: true}}")
    + "resources: {data: {type: volume}}\n",
    "unexpanded content": container("files: {/a: {content: '${x y}', noExpand: true}}"),
    "binary content": container("files: {/a: {binaryContent: aGVsbG8=}}"),
    "a container that starts after another": container("before: {side: {ready: healthy}}") + "  side: {image: x}\n",
    "the longest name": HEAD.replace("web", "w" * 63) + BODY,
    "targets and paths with placeholders, which are not expanded": container(
        "files: {'/a/${nope.x}': {content: x}}\n"
        "volumes: {'/b/${a b}': {source: data, path: '${}'}}\n"
        "readinessProbe: {httpGet: {path: '/${nope.x}', port: 80, host: '${x}', httpHeaders: [{name: A, value: '${a b}'}]}}"
    ),
    "a type and a class in upper case": beside("resources: {db: {type: Postgres, class: XL}}"),
    "the longest type": beside("resources: {db: {type: " + "t" * 63 + "}}"),
    "the longest id": beside("resources: {db: {type: xx, id: " + "i" * 63 + "}}"),
    "a container name of one character, which the specification has longer": HEAD + "containers: {a: {image: x}}\n",
    "the longest annotation key": "apiVersion: score.dev/v1b1\nmetadata: {name: web, annotations: {"
    + "ab." * 83 + "abc/" + "k" * 63 + ": x}}\n" + BODY,
    "a hexadecimal word and an octal one": container("variables: {A: 0b1, B: 1_000, C: 0x}"),
    "base64 over several lines": container("files: {/a: {binaryContent: \"aGVs\\nbG8=\"}}"),
    "a literal placeholder": container("variables: {A: '$${nope.x} $$ $${', B: '$$${metadata.name}'}"),
    "a placeholder as the whole of a param": beside(
        "resources: {db: {type: xx, params: {a: ['${metadata.name}', {b: '${resources.db.x}'}]}}}"),
    "an output of a resource": container("variables: {A: 'x ${resources.db.host} ${metadata.name}'}")
    + "resources: {db: {type: postgres}}\n",
}  # fmt: skip


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    accepted(ACCEPTED[name])


def variables(value: str) -> str:
    return container(f"variables: {{A: {value}}}")


QUOTE = "put it in quotes"
REFUSED: dict[str, tuple[str, str, str, str | None]] = {
    # name: file, code, pointer, hint (None: any)
    "a number as a variable": (variables("1"), "wrong-type", "/containers/main/variables/A", QUOTE),
    "a boolean as a variable": (variables("true"), "wrong-type", "/containers/main/variables/A", QUOTE),
    "nothing as a variable": (variables("null"), "wrong-type", "/containers/main/variables/A", None),
    "a date as a variable": (variables("2024-01-01"), "wrong-type", "/containers/main/variables/A", QUOTE),
    "a variable with an equals sign": (
        container("variables: {A=B: x}"), "bad-name", "/containers/main/variables/A=B", None),
    "a variable without a name": (container("variables: {'': x}"), "bad-name", "/containers/main/variables/", None),
    "a duplicate key": (container("args: [a]\nargs: [b]"), "yaml-duplicate-key", "/containers/main/args", None),
    "a mode without quotes": (
        container("files: {/a: {content: x, mode: 0644}}"), "wrong-type", "/containers/main/files/~1a/mode", QUOTE),
    "a mode with a sticky bit": (
        container("files: {/a: {content: x, mode: '1755'}}"), "bad-value", "/containers/main/files/~1a/mode", None),
    "a file with two contents": (
        container("files: {/a: {content: x, source: y}}"), "file-content", "/containers/main/files/~1a", None),
    "a target that leads up": (
        container("files: {/../etc/passwd: {content: x}}"),
        "bad-target", "/containers/main/files/~1..~1etc~1passwd", "write one like /etc/app.conf"),
    "a target that is the root": (
        container("files: {/: {content: x}}"), "bad-target", "/containers/main/files/~1", "write one like /etc/app.conf"),
    "a target with a line break": (
        container('files: {"/a\\nb": {content: x}}'),
        "bad-target", "/containers/main/files/~1a\nb", "write one like /etc/app.conf"),
    "a volume whose sub path leads up": (
        container("volumes: {/data: {source: v, path: a/../../b}}"),
        "bad-target", "/containers/main/volumes/~1data/path", "write one like uploads/images"),
    "a file without content": (
        container("files: {/a: {mode: '0644'}}"), "file-content", "/containers/main/files/~1a", None),
    "equal targets": (
        container("files: [{target: /a, content: x}, {target: /a, content: y}]"),
        "duplicate-target", "/containers/main/files/1/target", None),
    "a list entry without target": (
        container("volumes: [{source: x}]"), "missing-key", "/containers/main/volumes/0", None),
    "a list entry that is text": (container("files: [x]"), "wrong-type", "/containers/main/files/0", None),
    "a map entry with target": (
        container("files: {/a: {target: /a, content: x}}"),
        "unknown-key", "/containers/main/files/~1a/target", None),
    "cpu as a number": (
        container("resources: {limits: {cpu: 1}}"), "wrong-type", "/containers/main/resources/limits/cpu", QUOTE),
    **{
        f"cpu {v}": (
            container(f"resources: {{limits: {{cpu: '{v}'}}}}"),
            "bad-value", "/containers/main/resources/limits/cpu", None)
        for v in (".5", "1.", "0.5m", "1\u0661", "")
    },
    **{
        f"memory {v}": (
            container(f"resources: {{requests: {{memory: '{v}'}}}}"),
            "bad-value", "/containers/main/resources/requests/memory", None)
        for v in ("0", "100m", "100k", "1e3", "1 Gi")
    },
    "an empty probe": (
        container("livenessProbe: {}"), "bad-value", "/containers/main/livenessProbe", "add exec or httpGet"),
    "a probe's scheme in lower case": (
        container("livenessProbe: {httpGet: {path: /, port: 80, scheme: http}}"),
        "bad-value", "/containers/main/livenessProbe/httpGet/scheme", "did you mean 'HTTP'?"),
    "a probe's port in quotes": (
        container("livenessProbe: {httpGet: {path: /, port: '80'}}"),
        "wrong-type", "/containers/main/livenessProbe/httpGet/port", "leave the quotes out"),
    "a probe without path": (
        container("livenessProbe: {httpGet: {port: 80}}"),
        "missing-key", "/containers/main/livenessProbe/httpGet", None),
    "port 0": (beside("service: {ports: {www: {port: 0}}}"), "bad-value", "/service/ports/www/port", None),
    "port 65536": (beside("service: {ports: {www: {port: 65536}}}"), "bad-value", "/service/ports/www/port", None),
    "port 80.5": (beside("service: {ports: {www: {port: 80.5}}}"), "wrong-type", "/service/ports/www/port", None),
    "a port name of one character": (
        beside("service: {ports: {w: {port: 80}}}"), "bad-name", "/service/ports/w", None),
    "a port name without quotes": (beside("service: {ports: {80: {port: 80}}}"), "yaml-key", "/service/ports/80", None),
    "a protocol in lower case": (
        beside("service: {ports: {www: {port: 80, protocol: tcp}}}"),
        "bad-value", "/service/ports/www/protocol", "did you mean 'TCP'?"),
    **{
        f"name {v}": (HEAD.replace("web", v) + BODY, code, "/metadata/name", None)
        for v, code in {
            "a": "bad-value", "Hello": "bad-value", '"hello\\n"': "bad-value", "1234": "wrong-type",
            "my_db": "bad-value", "2024-01-01": "wrong-type", "-ab": "bad-value", "w" * 64: "bad-value",
            "../x": "bad-value", "shared": "reserved-name", "null": "wrong-type", "w\u00e9b": "bad-value",
        }.items()
    },
    "a resource id in upper case": (
        beside("resources: {db: {type: postgres, id: Abc}}"), "bad-value", "/resources/db/id", None),
    "a class with an underscore": (
        beside("resources: {db: {type: postgres, class: a_b}}"), "bad-value", "/resources/db/class", None),
    "a type with an underscore": (beside("resources: {db: {type: my_type}}"), "bad-value", "/resources/db/type", None),
    "a resource name with an underscore": (
        beside("resources: {my_db: {type: postgres}}"), "bad-name", "/resources/my_db", None),
    "a resource that is nothing": (beside("resources: {db: null}"), "wrong-type", "/resources/db", None),
    "a resource without type": (beside("resources: {db: {}}"), "missing-key", "/resources/db", None),
    "a resource with another key": (
        beside("resources: {db: {type: postgres, parms: {}}}"),
        "unknown-key", "/resources/db/parms", "did you mean 'params'?"),
    "params as a list": (beside("resources: {db: {type: s3, params: []}}"), "wrong-type", "/resources/db/params", None),
    "another key": (beside("contaners: {}"), "unknown-key", "/contaners", "did you mean 'containers'?"),
    "an extension": (beside("x-foo: {}"), "unknown-key", "/x-foo", None),
    "no containers": (HEAD + "containers: {}", "bad-value", "/containers", "a workload has at least one container"),
    "an old version": (
        "apiVersion: score.dev/v1\nmetadata: {name: web}\n" + BODY, "bad-value", "/apiVersion", None),
    "no image": (HEAD + "containers: {main: {}}", "missing-key", "/containers/main", None),
    "an empty image": (HEAD + "containers: {main: {image: ''}}", "bad-value", "/containers/main/image", None),
    "a command as text": (container("command: run"), "wrong-type", "/containers/main/command", None),
    "a number in a command": (container("args: [1]"), "wrong-type", "/containers/main/args/0", QUOTE),
    "before an unknown container": (
        container("before: {sid: {ready: started}}") + "  side: {image: x}\n",
        "unknown-container", "/containers/main/before/sid", "did you mean 'side'?"),
    "before itself": (
        container("before: {main: {ready: started}}"), "before-itself", "/containers/main/before/main", None),
    "before as a list": (
        container("before: [side]") + "  side: {image: x}\n", "wrong-type", "/containers/main/before", None),
    "before a bad stage": (
        container("before: {side: {ready: done}}") + "  side: {image: x}\n",
        "bad-value", "/containers/main/before/side/ready", None),
    "a circle of containers": (
        container("before: {side: {ready: started}}") + "  side: {image: x, before: {main: {ready: complete}}}\n",
        "before-cycle", "/containers/main/before/side", None),
    "white space in a placeholder": (
        variables("'${ metadata.name }'"), "bad-placeholder", "/containers/main/variables/A", None),
    "an empty placeholder": (variables("'x${}'"), "bad-placeholder", "/containers/main/variables/A", None),
    "unknown metadata": (
        variables("'${metadata.nam}'"), "unknown-metadata", "/containers/main/variables/A", "did you mean 'name'?"),
    "metadata below text": (
        variables("'${metadata.name.x}'"), "unknown-metadata", "/containers/main/variables/A", None),
    "an undeclared resource": (
        variables("'${resources.db.host}'"), "unknown-resource", "/containers/main/variables/A", None),
    "another root": (
        variables("'${resource.db.host}'"), "unknown-root", "/containers/main/variables/A",
        "did you mean 'resources'?"),
    "all metadata": (variables("'${metadata}'"), "incomplete-reference", "/containers/main/variables/A", None),
    "a resource without output": (
        variables("'${resources.db}'") + "resources: {db: {type: postgres}}",
        "incomplete-reference", "/containers/main/variables/A", None),
    "a bad placeholder in params": (
        beside("resources: {db: {type: s3, params: {a: [{b: '${resources.d}'}]}}}"),
        "unknown-resource", "/resources/db/params/a/0/b", "did you mean 'db'?"),
    "a bad placeholder in a volume": (
        container("volumes: {/a: {source: '${resources.data}'}}"),
        "unknown-resource", "/containers/main/volumes/~1a/source", None),
    "base64 that is none": (
        container("files: {/a: {binaryContent: '%%'}}"),
        "bad-base64", "/containers/main/files/~1a/binaryContent", None),
    "no version": ("metadata: {name: web}\n" + BODY, "missing-key", "", "write: apiVersion: score.dev/v1b1"),
    "no metadata": ("apiVersion: score.dev/v1b1\n" + BODY, "missing-key", "",
        "add 'metadata': the workload's name, its annotations, and anything else"),
    "no name": ("apiVersion: score.dev/v1b1\nmetadata: {}\n" + BODY, "missing-key", "/metadata",
        "add 'name': the workload's name, unique in its application"),
    "containers that are nothing": (HEAD + "containers: null\n", "wrong-type", "/containers", None),
    "no containers at all": (HEAD, "missing-key", "",
        "add 'containers': the containers of the workload by name; at least one"),
    **{
        f"{part} that are nothing": (container(f"{part}: null"), "wrong-type", f"/containers/main/{part}", None)
        for part in ("command", "args", "variables", "files", "volumes", "before", "resources", "readinessProbe")
    },
    **{
        f"{part} that is nothing": (beside(f"{part}: null"), "wrong-type", f"/{part}", None)
        for part in ("service", "resources")
    },
    "annotations that are nothing": (
        "apiVersion: score.dev/v1b1\nmetadata: {name: web, annotations: null}\n" + BODY,
        "wrong-type", "/metadata/annotations", None),
    "params that are nothing": (
        beside("resources: {db: {type: xx, params: null}}"), "wrong-type", "/resources/db/params", None),
    "metadata of a resource as a list": (
        beside("resources: {db: {type: xx, metadata: []}}"), "wrong-type", "/resources/db/metadata", None),
    "an annotation of a resource that is a number": (
        beside("resources: {db: {type: xx, metadata: {annotations: {aa: 1}}}}"),
        "wrong-type", "/resources/db/metadata/annotations/aa", QUOTE),
    "an annotation of a resource that is a date": (
        beside("resources: {db: {type: xx, metadata: {annotations: {aa: 2024-01-01}}}}"),
        "wrong-type", "/resources/db/metadata/annotations/aa", QUOTE),
    "an annotation key of a resource with a space": (
        beside("resources: {db: {type: xx, metadata: {annotations: {a b: x}}}}"),
        "bad-name", "/resources/db/metadata/annotations/a b", None),
    "what the Humanitec Orchestrator calls a resource": (
        variables("'${externals.db.host}'"), "unknown-root", "/containers/main/variables/A",
        "declare it under resources and write ${resources.NAME.OUTPUT}"),
    "a container that is nothing": (HEAD + "containers: {main: null}\n", "wrong-type", "/containers/main", None),
    "a container's name in upper case": (
        HEAD + "containers: {Main: {image: x}}\n", "bad-name", "/containers/Main", None),
    "a container's extension": (container("x-foo: 1"), "unknown-key", "/containers/main/x-foo", None),
    "a key of the service": (beside("service: {port: 80}"), "unknown-key", "/service/port", "did you mean 'ports'?"),
    "a port without number": (beside("service: {ports: {www: {}}}"), "missing-key", "/service/ports/www",
        "add 'port': the port of the service"),
    "a target port in text": (
        beside("service: {ports: {www: {port: 80, targetPort: http}}}"),
        "wrong-type", "/service/ports/www/targetPort", None),
    "a target port of 0": (
        beside("service: {ports: {www: {port: 80, targetPort: 0}}}"),
        "bad-value", "/service/ports/www/targetPort", None),
    "a port with an unknown key": (
        beside("service: {ports: {www: {port: 80, target_port: 80}}}"),
        "unknown-key", "/service/ports/www/target_port", "did you mean 'targetPort'?"),
    "lines of content in the new form": (
        container("files: {/a: {content: [x, y]}}"), "wrong-type", "/containers/main/files/~1a/content", None),
    "a file that is nothing": (container("files: {/a: null}"), "wrong-type", "/containers/main/files/~1a", None),
    "noExpand as text": (
        container("files: {/a: {content: x, noExpand: 'true'}}"),
        "wrong-type", "/containers/main/files/~1a/noExpand", None),
    **{
        f"mode {v}": (
            container(f"files: {{/a: {{content: x, mode: \"{v}\"}}}}"),
            "bad-value", "/containers/main/files/~1a/mode",
            "did you mean '0644'?" if v == "0644\\n" else 'such as "0644"')
        for v in ("64", "00644", "0844", "0o644", "0644\\n", "06\u06644")
    },
    "the old name of readOnly in the new form": (
        container("volumes: {/a: {source: x, read_only: true}}"),
        "unknown-key", "/containers/main/volumes/~1a/read_only", "did you mean 'readOnly'?"),
    "readOnly as text": (
        container("volumes: {/a: {source: x, readOnly: yes}}"),
        "wrong-type", "/containers/main/volumes/~1a/readOnly", None),
    "a volume without source": (
        container("volumes: {/a: {path: x}}"), "missing-key", "/containers/main/volumes/~1a",
            "add 'source': the volume, mostly a placeholder such as ${resources.data}"),
    "a volume with target": (
        container("volumes: {/a: {source: x, target: /a}}"),
        "unknown-key", "/containers/main/volumes/~1a/target", None),
    "two equal targets of volumes": (
        container("volumes: [{target: /a, source: x}, {target: /a, source: y}]"),
        "duplicate-target", "/containers/main/volumes/1/target", None),
    "before without a stage": (
        container("before: {side: {}}") + "  side: {image: x}\n",
        "missing-key", "/containers/main/before/side",
            "add 'ready': how far this container must be before the other one starts"),
    "another kind of resource for a container": (
        container("resources: {limits: {gpu: '1'}}"),
        "unknown-key", "/containers/main/resources/limits/gpu", "did you mean 'cpu'?"),
    "a final line break in a quantity": (
        container('resources: {limits: {cpu: "250m\\n", memory: "1Gi\\n"}}'),
        "bad-value", "/containers/main/resources/limits/memory", None),
    "exec without command": (
        container("livenessProbe: {exec: {}}"), "missing-key", "/containers/main/livenessProbe/exec", None),
    "exec with a command as text": (
        container("livenessProbe: {exec: {command: run}}"),
        "wrong-type", "/containers/main/livenessProbe/exec/command", None),
    "another kind of probe": (
        container("livenessProbe: {tcpSocket: {port: 80}}"),
        "unknown-key", "/containers/main/livenessProbe/tcpSocket", None),
    "a header without value": (
        container("livenessProbe: {httpGet: {path: /, port: 80, httpHeaders: [{name: A}]}}"),
        "missing-key", "/containers/main/livenessProbe/httpGet/httpHeaders/0", "add 'value': the header's value"),
    **{
        f"a header {{{header}}}": (
            container(f"livenessProbe: {{httpGet: {{path: /, port: 80, httpHeaders: [{{{header}}}]}}}}"),
            "bad-value", f"/containers/main/livenessProbe/httpGet/httpHeaders/0/{part}", None)
        for header, part in (
            ("name: A b, value: x", "name"), ("name: '', value: x", "name"), ("name: A, value: ''", "value"))
    },
    "headers as a map": (
        container("livenessProbe: {httpGet: {path: /, port: 80, httpHeaders: {A: b}}}"),
        "wrong-type", "/containers/main/livenessProbe/httpGet/httpHeaders", None),
    **{
        f"resource id {v}": (
            beside(f"resources: {{db: {{type: xx, id: {v}}}}}"), "bad-value", "/resources/db/id", None)
        for v in ("a", "a..b", ".ab", "ab.", "a_b", "'${metadata.name}'", "i" * 64)
    },
    **{
        f"type {v}": (beside(f"resources: {{db: {{type: {v}}}}}"), "bad-value", "/resources/db/type", None)
        for v in ("x", "a.b", "-ab", "t" * 64, "'${metadata.name}'")
    },
    "a resource name of one character": (beside("resources: {q: {type: xx}}"), "bad-name", "/resources/q", None),
    **{
        f"annotation key {v[:20]}": (
            f"apiVersion: score.dev/v1b1\nmetadata: {{name: web, annotations: {{'{v}': x}}}}\n" + BODY,
            "bad-name", "/metadata/annotations/" + v.replace("/", "~1"), None)
        for v in ("a", "a/bb", "AB.cd/xx", "ab/cd/ef", "-ab", "ab-", "k" * 64)
    },
    "an old file list with a placeholder that leads nowhere": (
        container("files: [{target: /a, content: ['${resources.db.x}', y]}]"),
        "unknown-resource", "/containers/main/files/~1a/content", None),
    "a misspelt part of a container": (
        container("varibles: {A: x}"), "unknown-key", "/containers/main/varibles", "did you mean 'variables'?"),
    "a part of a container that nobody knows": (
        container("enviroment: {A: x}"), "unknown-key", "/containers/main/enviroment",
        "known: args, before, command, files, image, livenessProbe, readinessProbe, resources, variables, volumes"),
    "a file that is a list": ("- a\n", "wrong-type", "", None),
    "an empty file": ("", "wrong-type", "", None),
    "an annotation that is a number": (
        "apiVersion: score.dev/v1b1\nmetadata: {name: web, annotations: {aa: 1, bb: 2024-01-01}}\n" + BODY,
        "wrong-type", "/metadata/annotations/aa", QUOTE),
    "an annotation key with a space": (
        "apiVersion: score.dev/v1b1\nmetadata: {name: web, annotations: {a b: x}}\n" + BODY,
        "bad-name", "/metadata/annotations/a b", None),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, code, pointer, hint = REFUSED[name]
    errors = refused(text)
    assert (code, pointer) in [(e.code, e.pointer) for e in errors], errors
    found = next(e for e in errors if (e.code, e.pointer) == (code, pointer))
    if hint is not None:
        assert found.hint == hint


def test_documents_after_the_first_are_left_out_with_a_notice() -> None:
    _, found = check(ACCEPTED["a second document"])
    assert [(d.code, d.severity.value, str(d.place)) for d in found] == [
        ("yaml-more-documents", "notice", "web/score.yaml:6:1")
    ]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("${resources.db.password", 1),
        ("${metadata.name} at ${metadata.name", 21),
        ("$$ ${resources.db.x y", 4),
    ],
)
def test_a_placeholder_that_is_never_closed_is_taken_as_text_with_a_warning(text: str, column: int) -> None:
    workload, found = check(container("files: {/a: {source: a.txt}}"), {"web/a.txt": text.encode()})
    assert workload is not None
    assert [(d.code, d.severity.value, d.place and d.place.column) for d in found] == [
        ("placeholder-not-closed", "warning", column)
    ]


@pytest.mark.parametrize("text", ["$${resources.db", "${HOME", "$$$${metadata.x", "{resources.db"])
def test_text_that_only_looks_like_a_placeholder_is_not_remarked(text: str) -> None:
    assert check(container("files: {/a: {source: a.txt}}"), {"web/a.txt": text.encode()})[1] == []


def test_old_forms_are_told_as_deprecated() -> None:
    for name in ("content as a list of lines", "the old volume list"):
        _, found = check(ACCEPTED[name])
        assert [(d.code, d.severity.value) for d in found] == [("deprecated-list", "notice")]


def test_a_mode_without_quotes_is_told_as_the_number_that_it_is() -> None:
    (error,) = refused(REFUSED["a mode without quotes"][0])
    assert (error.message, error.hint) == (
        "containers.main.files./a.mode: must be text, not a whole number", "put it in quotes"
    )  # fmt: skip


def test_all_problems_are_told_at_once_each_with_its_place() -> None:
    text = (
        "apiVersion: score.dev/v1\n"
        "metadata:\n"
        "  name: Web\n"
        "contaners: {}\n"
        "containers:\n"
        "  main:\n"
        "    variables:\n"
        "      A: 1\n"
        "      B: ${resources.bd.host}\n"
        "    before: {gone: {ready: started}}\n"
        "    files:\n"
        "      - {content: x}\n"
        "      - {target: /b, source: ../secret}\n"
        "resources:\n"
        "  db: {typ: postgres}\n"
        "  db: {type: postgres}\n"
    )
    found = [(e.code, str(e.place).removeprefix("web/score.yaml:")) for e in refused(text)]
    assert sorted(found) == sorted(
        [
            ("yaml-duplicate-key", "16:3"),
            ("missing-key", "12:9"),
            ("bad-value", "1:13"),
            ("bad-value", "3:9"),
            ("unknown-key", "4:1"),
            ("missing-key", "7:5"),
            ("wrong-type", "8:10"),
            ("path-outside", "13:30"),
            ("unknown-resource", "9:10"),
            ("unknown-container", "10:14"),
        ]
    )


def test_a_circle_names_every_edge_with_its_place() -> None:
    text = HEAD + (
        "containers:\n"
        "  aa: {image: x, before: {bb: {ready: started}}}\n"
        "  bb: {image: x, before: {cc: {ready: started}}}\n"
        "  cc: {image: x, before: {aa: {ready: started}}}\n"
    )
    (error,) = refused(text)
    assert error.message == (
        "the containers wait for each other in a circle: aa before bb (web/score.yaml:4:27), "
        "bb before cc (web/score.yaml:5:27), cc before aa (web/score.yaml:6:27)"
    )
