"""The system libraries that Qt needs for a window on Linux: which are missing, and how to get them."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from following import Command, follow, say

NEEDING = (
    "PySide6/Qt/lib/libQt6Gui.so.6",
    "PySide6/Qt/plugins/platforms/libqxcb.so",
    "PySide6/Qt/plugins/platforms/libqwayland.so",
)
DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
FONTS = "fonts-dejavu-core"


def missing_libraries(ldd_output: str) -> set[str]:
    """The libraries that `ldd` did not find."""
    return set(re.findall(r"(\S+) => not found", ldd_output))


def debian_packages(libraries: set[str]) -> list[str]:
    """The Debian and Ubuntu packages that bring these libraries; unknown ones are left out."""
    return sorted({DEBIAN_PACKAGES[library] for library in libraries if library in DEBIAN_PACKAGES})


def _looked_up(site_packages: Path) -> set[str]:
    files = [str(site_packages / name) for name in NEEDING if (site_packages / name).exists()]
    done = subprocess.run(["ldd", *files], capture_output=True, text=True, check=False)
    return missing_libraries(done.stdout)


def _has_fonts() -> bool:
    return any(next(Path(folder).rglob("*.[to]tf"), None) for folder in ("/usr/share/fonts", "/usr/local/share/fonts"))


def ensure(site_packages: Path, log: Path) -> None:
    """Install what a window needs where that is allowed, else say how; the terminal works without."""
    if platform.system() != "Linux" or shutil.which("ldd") is None:
        return
    libraries = _looked_up(site_packages)
    packages = debian_packages(libraries) + ([] if _has_fonts() else [FONTS])
    if not libraries and not packages:
        return
    if shutil.which("apt-get") is None or not packages:
        say(f"A window needs system libraries that are missing here: {', '.join(sorted(libraries)) or 'fonts'}.")
        say("Install them with your system's package manager; the command line works without them.")
        return
    if os.geteuid() != 0 or not apt_install(packages, log):
        say("A window needs system libraries that are missing here; the terminal works without them. To install them:")
        say(f"  sudo apt-get install {' '.join(packages)}")


def apt_install(packages: list[str], log: Path) -> bool:
    """Install Debian packages as root, refreshing the package lists if they are too old. True when done."""
    install = ("apt-get", "install", "-y", "--no-install-recommends", *packages)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    if follow(Command(f"Installing {', '.join(packages)}", install, environment=quiet), log).code == 0:
        return True
    follow(Command("Refreshing the package lists", ("apt-get", "update")), log)
    return follow(Command(f"Installing {', '.join(packages)}", install, environment=quiet), log).code == 0
