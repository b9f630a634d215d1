"""Runs the notebooks again, in place: `make notebooks`, or `python notebooks/run.py NAME...` for some of them.

They run in the project's folder over the index that `LDNQA_INDEX` names, one after the other in one process, so that
the model is loaded once; each begins with nothing defined. What would differ from run to run is not kept: times, the
numbers of cells, and what libraries say on stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

FOLDER = Path(__file__).parent
# Seconds for one cell; the slowest takes some ten.
PATIENCE = 300


def run(paths: Iterable[Path]) -> Iterator[tuple[Path, nbformat.NotebookNode]]:
    """Each notebook with its cells run; CellExecutionError shows the cell that failed and why."""
    # Sockets of the file system, which nobody else on the machine can listen to.
    manager = KernelManager(kernel_name="python3", transport="ipc")
    manager.start_kernel(cwd=str(FOLDER.parent))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        for path in paths:
            client.execute_interactive("%reset -f", timeout=PATIENCE)
            notebook = nbformat.read(path, as_version=4)
            runner = NotebookClient(notebook, km=manager, timeout=PATIENCE, record_timing=False)
            runner.kc = client
            with runner.setup_kernel(cleanup_kc=False):
                for place, cell in enumerate(notebook.cells):
                    runner.execute_cell(cell, place)
            yield path, _kept(notebook)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _kept(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = None
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def main(names: list[str]) -> None:
    """Runs the named notebooks, or all."""
    for path, notebook in run([FOLDER / name for name in names] or sorted(FOLDER.glob("*.ipynb"))):
        nbformat.write(notebook, path)
        print(f"ran notebooks/{path.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
