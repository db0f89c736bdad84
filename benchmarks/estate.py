"""An application of many workloads and a catalog of many definitions, as files: what compiling is measured over."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TYPES = ("postgres", "redis", "s3", "amqp", "config")
"""Each workload asks for one of each; the definitions are spread evenly over them."""

OUTPUTS = {
    "postgres": ("host", "port", "name", "database", "username"),
    "redis": ("host", "port", "username"),
    "s3": ("endpoint", "region", "bucket"),
    "amqp": ("host", "port", "vhost", "username"),
    "config": ("title", "level"),
}
SECRETS = {
    "postgres": ("password",),
    "redis": ("password",),
    "s3": ("access_key_id", "secret_key", "aws_access_key_id", "aws_secret_key"),
    "amqp": ("password",),
    "config": (),
}
NUMBERS = {"port": "5432"}

PLATFORM = """\
apiVersion: bakehouse.dev/v1
kind: Platform
metadata: {name: estate}
spec:
  organization: estate
  packs: [{name: bakehouse/local}]
---
apiVersion: bakehouse.dev/v1
kind: EnvironmentType
metadata: {name: local}
spec: {onRemove: destroy}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: server}
spec:
  type: postgres-instance
  driver: template
  match: [{class: "*"}]
  inputs:
    values: {host: db.internal, port: 5432, username: admin}
    secrets: {password: {$secret: {store: env, ref: ESTATE_PASSWORD}}}
"""

SCORE = """\
apiVersion: score.dev/v1b1
metadata:
  name: {name}
  annotations:
    owner: team-{team}
service:
  ports:
    www:
      port: 8080
      targetPort: 8080
    metrics:
      port: 9090
containers:
  main:
    image: registry.example/{name}:1.0.0
    command: [serve, --port, "8080"]
    resources:
      limits: {{memory: 128Mi, cpu: 250m}}
    variables:
      DATABASE_URL: postgresql://${{resources.db.username}}:${{resources.db.password}}@${{resources.db.host}}:${{resources.db.port}}/${{resources.db.name}}
      CACHE: redis://${{resources.cache.host}}:${{resources.cache.port}}
      CACHE_PASSWORD: ${{resources.cache.password}}
      BUCKET: ${{resources.store.bucket}}
      QUEUE: amqp://${{resources.queue.host}}:${{resources.queue.port}}/${{resources.queue.vhost}}
      TITLE: ${{resources.settings.title}}
      NAME: ${{metadata.name}}
    files:
      /etc/app/settings.ini:
        content: |
          [server]
          level = ${{resources.settings.level}}
    readinessProbe:
      httpGet: {{path: /healthz, port: 8080}}
resources:
  db:
    type: postgres
    class: {class_}
  cache:
    type: redis
  store:
    type: s3
  queue:
    type: amqp
  settings:
    type: config
    params:
      title: The {name} service
      level: info
"""


@dataclass(frozen=True, slots=True)
class Estate:
    """How large: each workload asks for five resources, and has an endpoint."""

    workloads: int
    definitions: int

    @property
    def nodes(self) -> int:
        """The nodes of the graph: a workload, its endpoint and its resources, and the one database server."""
        return self.workloads * (2 + len(TYPES)) + 1

    def write(self, folder: Path) -> None:
        """Write `bakehouse.yaml`, a Score file for each workload and one platform file for each type."""
        (folder / "platform").mkdir(parents=True)
        (folder / "bakehouse.yaml").write_text(
            "apiVersion: bakehouse.dev/v1\nkind: Application\nmetadata: {name: estate}\n"
            'spec:\n  workloads: ["services/*/score.yaml"]\n  platform: ./platform\n',
            encoding="utf-8",
        )
        for number in range(self.workloads):
            service = folder / "services" / workload(number)
            service.mkdir(parents=True)
            class_ = "small" if number % 3 else "large"
            text = SCORE.format(name=workload(number), team=number % 20, class_=class_)
            (service / "score.yaml").write_text(text, encoding="utf-8")
        (folder / "platform" / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
        for type_ in TYPES:
            documents = "---\n".join(_definition(type_, *c) for c in self._criteria(type_))
            (folder / "platform" / f"{type_}.yaml").write_text(documents, encoding="utf-8")

    def _criteria(self, type_: str) -> Iterator[tuple[int, str]]:
        """For each definition of a type its number and criteria, of every kind that there is, one in five naming an id."""
        place = TYPES.index(type_)
        for number in range(len(range(place, self.definitions, len(TYPES)))):
            match number % 5:
                case 0 if number == 0:
                    yield number, '{class: "*"}'
                case 0:
                    yield number, f"{{environment: e{number}, application: estate}}"
                case 1:
                    yield number, f"{{class: c{number}}}, {{class: d{number}, environmentType: local}}"
                case 2:
                    yield number, f"{{environmentType: type{number}}}"
                case 3:
                    yield number, f"{{application: other{number}, environmentType: local}}"
                case _:
                    name = {"postgres": "db", "redis": "cache", "s3": "store", "amqp": "queue"}
                    id_ = f"{workload(number)}.{name.get(type_, 'settings')}"
                    yield number, f'{{id: {id_}, class: "*"}}'


def workload(number: int) -> str:
    """The name of a workload."""
    return f"service-{number:04}"


def _definition(type_: str, number: int, criteria: str) -> str:
    values = "".join(f"      {name}: {_value(type_, name)}\n" for name in OUTPUTS[type_])
    secrets = "".join(
        f"      {name}: {{$secret: {{store: env, ref: ESTATE_{type_.upper()}}}}}\n" for name in SECRETS[type_]
    )
    server = "  dependencies:\n    server: {type: postgres-instance, id: shared.main}\n"
    return (
        "apiVersion: bakehouse.dev/v1\nkind: ResourceDefinition\n"
        f"metadata: {{name: {type_}-{number}}}\n"
        f"spec:\n  description: One way to meet {type_}.\n  type: {type_}\n  driver: template\n"
        f"  match: [{criteria}]\n"
        + (server if type_ == "postgres" else "")
        + f"  inputs:\n    values:\n{values}"
        + (f"    secrets:\n{secrets}" if secrets else "")
    )


def _value(type_: str, name: str) -> str:
    if type_ == "config":
        return f'"${{resource.params.{name}}}"'
    if type_ == "postgres" and name in ("host", "port"):
        return f'"${{dependencies.server.{name}}}"'
    return NUMBERS.get(name, '"${resource.slug}"')
