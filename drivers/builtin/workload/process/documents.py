"""What is shown of the processes before they exist: what their run files and their supervisor would hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .....graph.narrow import is_map
from .....graph.values import Unknown, Value
from ....document import Document, plain_name
from ...local.documents import program_document
from ...local.program import Program, program_name
from ...local.runfile import RunFile
from .containers import ContainerProcess, VolumeToMount
from .order import awaited, start_order


def documents(processes: Iterable[ContainerProcess], folder: str, token: str) -> Iterator[Document]:
    """One document for each process, in start order; ``folder`` is the workload's, relative to the application's root."""
    order = start_order(processes)
    for process in order:
        run = RunFile(process.argv, folder, "", "", process.variables, process.files)
        program = Program(program_name(token, process.name), run, restart=not process.is_job)
        body = {
            **program_document(program),
            "links": [_link(volume) for volume in process.volumes],
            "after": awaited(process.name, order),
            "ready": process.readiness,
        }
        yield Document(f"{plain_name(process.name)}.yaml", body)


def _link(volume: VolumeToMount) -> Mapping[str, Value]:
    source: Value = volume.source
    if isinstance(source, Unknown):
        source = Unknown(source.source, (*source.path, "source"), "string", source.secret)
    elif is_map(source):
        source = source.get("source")
    return {"target": volume.target, "source": source, "path": volume.path}
