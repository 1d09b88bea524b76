"""Installs a package into a folder as pip would, from its pyproject.toml: built by its own backend, unpacked."""

import subprocess
import sys
import zipfile
from pathlib import Path

EXAMPLE = Path(__file__).parent / "example"


def install(project: Path, target: Path) -> None:
    """Build the wheel of `project` without a network and unpack it into `target`."""
    wheels = target.with_name(f"{target.name}-wheels")
    build = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", build, str(wheels.mkdir() or wheels)], cwd=project, check=True, capture_output=True
    )
    (wheel,) = wheels.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(target)
