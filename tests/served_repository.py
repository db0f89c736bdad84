"""A bare repository, as its server sees it, and the same over HTTP with a password."""

import base64
import contextlib
import http.server
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from repository import AUTHOR, Repository


@dataclass(frozen=True)
class Bare:
    """A repository without a work tree, whose branch is main."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, files: Mapping[str, str]) -> "Bare":
        """A new one that holds `files`; with none, an empty one."""
        made = cls(folder)
        folder.mkdir(parents=True)
        made.git("init", "-q", "--bare", "-b", "main")
        if files:
            made.pushed(files)
        return made

    @property
    def url(self) -> str:
        return f"file://{self.folder}"

    def git(self, *arguments: str) -> str:
        """What git says."""
        environment = {**os.environ, **AUTHOR}
        run = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return run.stdout.strip()

    def pushed(self, files: Mapping[str, str]) -> str:
        """Commit these files as somebody else would; the commit."""
        clone = self.clone()
        made = clone.commit(files)
        clone.git("push", "-q", self.url, "HEAD:main")
        return made

    def clone(self) -> Repository:
        """A work tree of the branch, in a folder of its own."""
        place = self.folder.parent / f"clone-{len(list(self.folder.parent.glob('clone-*')))}"
        place.mkdir()
        clone = Repository(place)
        clone.git("init", "-q", "-b", "main")
        if self.git("branch", "--list", "main"):
            clone.git("pull", "-q", self.url, "main")
        return clone

    def files(self) -> dict[str, str]:
        """The content of every file of the branch by its path."""
        names = self.git("ls-tree", "-r", "--name-only", "main").splitlines()
        return {name: self.git("show", f"main:{name}") for name in names}

    def log(self) -> list[str]:
        """The subjects of its commits, the newest first."""
        return self.git("log", "--format=%s", "main").splitlines()


@contextlib.contextmanager
def over_http(folder: Path, user: str, password: str) -> Iterator[str]:
    """The address of what lies in a folder, for whoever knows user and password, until the block ends."""
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    backend = Path(subprocess.check_output(["git", "--exec-path"], text=True).strip()) / "git-http-backend"

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name that it has there
            return

        def do_GET(self) -> None:
            if self.headers.get("Authorization") != expected:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            size = int(self.headers.get("Content-Length") or 0)
            environment = {
                **os.environ,
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type") or "",
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
                "REMOTE_USER": user,
            }
            run = subprocess.run(
                [str(backend)], env=environment, input=self.rfile.read(size), capture_output=True, check=False
            )
            head, _, body = run.stdout.partition(b"\r\n\r\n")
            lines = [line.partition(": ") for line in head.decode().splitlines()]
            self.send_response(int(next((value[:3] for name, _, value in lines if name == "Status"), "200")))
            for name, _, value in lines:
                if name != "Status":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - likewise

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
