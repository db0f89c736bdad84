"""What can be given once: params that no two resources of one type and class may have alike."""

from bakehouse.drivers.registry import Registry
from compiling import application, catalog, compiled, node, problems

LOCAL = catalog(pack=True)
DRIVERS = Registry()
SERVED = """
    service: {ports: {www: {port: 80}}}
    resources:
      dns: {type: dns}
      route: {type: route, params: {host: %s, path: %s, port: www}}
      %s
"""


def workload(host: str = "shop.example.com", path: str = "/", more: str = "") -> str:
    return SERVED % (host, path, more)


def test_a_host_and_path_are_routed_once() -> None:
    app = application(web=workload(), api=workload())
    found = [d for d in problems(app, LOCAL, DRIVERS) if d.code == "not-unique"]
    assert [(d.message, d.place and d.place.file) for d in found] == [
        ("route#web.route has the same host and path as route#api.route", "web.yaml")
    ]


def test_another_path_or_class_makes_another_route() -> None:
    more = "inner: {type: route, class: internal, params: {host: shop.example.com, path: /, port: www}}"
    app = application(web=workload(more=more), api=workload(path="/api"))
    graph = compiled(app, LOCAL, DRIVERS)
    assert node(graph, "route.internal#web.inner").inputs["path"] == "/"


def test_a_host_that_is_decided_later_is_the_same_where_it_is_the_same_output() -> None:
    more = "again: {type: route, params: {host: '${resources.dns.host}', path: /, port: www}}"
    app = application(web=workload(host="'${resources.dns.host}'", more=more))
    assert [d.code for d in problems(app, LOCAL, DRIVERS)] == ["not-unique"]


def test_hosts_and_paths_that_no_request_could_have_are_told_at_their_line() -> None:
    app = application(web=workload(host="'my shop'", path="api"), api=workload(path="/../x"))
    rule = "a path begins with '/', holds no blanks, quotes, '?' or '#', and no step '..'"
    assert [(d.message, str(d.place)) for d in problems(app, LOCAL, DRIVERS) if d.code == "bad-value"] == [
        (f"route#api.route: param path: '/../x' does not fit: {rule}", "api.yaml:8:63"),
        (
            "route#web.route: param host: 'my shop' does not fit: a host name is made of letters, digits, '-' and '.', "
            "such as shop.example.com",
            "web.yaml:8:39",
        ),
        (f"route#web.route: param path: 'api' does not fit: {rule}", "web.yaml:8:56"),
    ]
