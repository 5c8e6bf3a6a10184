import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import bootstrap
import environment
import following
import gpu
import qt_libraries
import steps
import torch_build

CUDA_WHEEL = {
    "metadata": {
        "name": "torch",
        "version": "2.13.0",
        "requires_dist": [
            "filelock",
            'nvidia-cudnn-cu13==9.20.0.48; platform_system == "Linux"',
            'triton==3.7.1; platform_system == "Linux"',
        ],
    }
}
CPU_WHEEL = {"metadata": {"name": "torch", "version": "2.13.0+cpu", "requires_dist": ["filelock", "sympy>=1.13.3"]}}
PLAIN_CPU_WHEEL = {"metadata": {"name": "torch", "version": "2.13.0", "requires_dist": ["filelock"]}}

NVIDIA_SMI = """\
| NVIDIA-SMI 550.54.15              Driver Version: 550.54.15      CUDA Version: {version}     |
"""
VULKANINFO = """\
Devices:
========
GPU0:
	apiVersion         = 1.3.255
	deviceType         = PHYSICAL_DEVICE_TYPE_{type}
	deviceName         = {name}
"""
RTX = gpu.Gpu("cuda", "RTX 4070", "cu124")
RADEON = gpu.Gpu("vulkan", "Radeon 780M", "vulkan")


@pytest.fixture
def linux(monkeypatch):
    monkeypatch.setattr(torch_build.platform, "system", lambda: "Linux")


@pytest.mark.usefixtures("linux")
@pytest.mark.parametrize(
    ("wheel", "version"), [(CUDA_WHEEL, None), (CPU_WHEEL, "2.13.0+cpu"), (PLAIN_CPU_WHEEL, "2.13.0")]
)
def test_torch_is_taken_from_an_index_only_as_the_cpu_build(wheel, version):
    assert torch_build.cpu_version({"install": [wheel]}) == version


def test_every_torch_on_a_mac_is_a_cpu_build(monkeypatch):
    monkeypatch.setattr(torch_build.platform, "system", lambda: "Darwin")
    assert torch_build.cpu_version({"install": [CUDA_WHEEL]}) == "2.13.0"


def test_no_torch_offered_is_none():
    assert torch_build.cpu_version({"install": []}) is None


@pytest.mark.parametrize(
    ("driver", "wheels"),
    [("11.4", None), ("11.8", "cu118"), ("12.0", "cu118"), ("12.4", "cu124"), ("12.9", "cu125"), ("13.5", "cu132")],
)
def test_the_newest_cuda_wheel_the_driver_runs_is_taken(driver, wheels):
    assert gpu.cuda_wheels(NVIDIA_SMI.format(version=driver)) == wheels


def test_output_without_a_cuda_version_gives_no_wheel():
    assert gpu.cuda_wheels("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.") is None


def test_a_software_renderer_is_no_graphics_processor():
    assert gpu.vulkan_device(VULKANINFO.format(type="CPU", name="llvmpipe (LLVM 15.0.6)")) is None
    assert gpu.vulkan_device(VULKANINFO.format(type="INTEGRATED_GPU", name="Radeon 780M")) == "Radeon 780M"


def test_auto_tries_every_usable_processor_in_order():
    blocked = gpu.Gpu("vulkan", "Radeon", "vulkan", obstacle="its Vulkan driver is missing", remedy="Install it.")
    assert gpu.to_try("auto", [RTX, RADEON]) == [RTX, RADEON]
    assert gpu.to_try("auto", [blocked]) == []
    assert gpu.to_try("vulkan", [RTX, RADEON]) == [RADEON]
    assert gpu.to_try("none", [RTX, RADEON]) == []


def test_an_unused_processor_is_recorded_with_reason_and_remedy():
    choice = gpu.on_cpu("auto", [RTX])
    assert (choice.found, choice.installed) == ("RTX 4070", "none")
    assert "cu124" in choice.reason
    assert "make setup GPU=auto" in choice.remedy


def test_a_processor_that_lacks_its_driver_names_the_driver():
    blocked = gpu.Gpu("vulkan", "Radeon", "vulkan", "its Vulkan driver is missing", "Install it.")
    choice = gpu.on_cpu("auto", [blocked])
    assert choice.reason == "Radeon is not used: its Vulkan driver is missing."
    assert choice.remedy == "Install it. Then: make setup GPU=auto"


@pytest.mark.parametrize(("wanted", "found"), [("none", [RTX]), ("auto", [])])
def test_a_processor_not_wanted_or_not_there_needs_no_remedy(wanted, found):
    choice = gpu.on_cpu(wanted, found)
    assert (choice.reason, choice.remedy) == ("", "")


def test_asking_for_a_processor_that_is_not_there_says_so():
    assert "metal" in gpu.on_cpu("metal", [RTX]).reason


def test_missing_libraries_become_packages():
    output = "\tlibxcb-icccm.so.4 => not found\n\tlibX11.so.6 => /lib/libX11.so.6 (0x7f)\n\tlibodd.so.1 => not found\n"
    missing = qt_libraries.missing_libraries(output)
    assert missing == {"libxcb-icccm.so.4", "libodd.so.1"}
    assert qt_libraries.debian_packages(missing) == ["libxcb-icccm4"]


@pytest.mark.parametrize(
    ("line", "doing"),
    [
        ("  [146/193] /usr/bin/g++ -O3 -c clip.cpp", "compiling, 146 of 193 files"),
        ("Collecting numpy==2.4.6", "fetching numpy==2.4.6"),
        ("  Downloading https://host/packages/numpy-2.4.6.whl (16.8 MB)", "fetching numpy-2.4.6.whl"),
        ("Installing collected packages: a, b, c", "unpacking 3 packages"),
        ("Requirement already satisfied: numpy", None),
    ],
)
def test_pip_is_described_in_plain_words(line, doing):
    assert environment.describe_pip(line) == doing


def checkout(tmp_path: Path) -> environment.Environment:
    """A checkout with this project's own metadata and an environment that was created and nothing more."""
    for name in ("pyproject.toml", "models.toml", steps.LOCK):
        (tmp_path / name).write_bytes((bootstrap.ROOT / name).read_bytes())
    made = environment.Environment(tmp_path)
    (tmp_path / ".venv" / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    return made


def names(todo: list[steps.Step]) -> list[str]:
    return [step.name for step in todo]


def finish_all(made: environment.Environment, wanted: str = "auto") -> None:
    made.remember({step.name: step.rests_on for step in steps.steps(made, wanted)})


def test_nothing_is_outstanding_once_all_is_done(tmp_path):
    made = checkout(tmp_path)
    assert len(steps.outstanding(made, "auto")) == 7
    finish_all(made)
    assert steps.outstanding(made, "auto") == []


def test_a_change_redoes_only_what_rests_on_it(tmp_path):
    made = checkout(tmp_path)
    finish_all(made)
    with (tmp_path / steps.LOCK).open("a") as lock:
        lock.write("another==1.0\n")
    assert names(steps.outstanding(made, "auto")) == ["libraries"]
    assert names(steps.outstanding(made, "vulkan")) == ["libraries", "llama.cpp"]


def test_a_rule_of_style_changes_nothing_that_is_installed(tmp_path):
    made = checkout(tmp_path)
    finish_all(made)
    project = tmp_path / "pyproject.toml"
    project.write_text(project.read_text().replace("max-complexity = 8", "max-complexity = 7"))
    assert steps.outstanding(made, "auto") == []
    project.write_text(project.read_text().replace('version = "0.1.0"', 'version = "0.2.0"'))
    assert names(steps.outstanding(made, "auto")) == ["localassist"]


def test_an_interruption_keeps_the_steps_before_it(tmp_path):
    made = checkout(tmp_path)

    def interrupt() -> None:
        raise KeyboardInterrupt

    todo = [
        steps.Step("pip", "1", lambda: None),
        steps.Step("torch", "2", interrupt),
        steps.Step("libraries", "3", lambda: None),
    ]
    with pytest.raises(KeyboardInterrupt):
        steps.carry_out(made, todo)
    assert made.done() == {"pip": "1"}


def test_a_damaged_memory_means_doing_it_again(tmp_path):
    made = checkout(tmp_path)
    (made.folder / "localassist-setup.json").write_text('{"pip": "26')
    assert made.done() == {}


def test_what_an_interrupted_pip_left_is_taken_away(tmp_path):
    made = checkout(tmp_path)
    whole, half, bare = (made.site_packages / f"{name}-1.0.dist-info" for name in ("whole", "half", "bare"))
    for folder in (whole, half, bare):
        folder.mkdir()
    (made.site_packages / "whole.py").touch()
    (made.site_packages / "~umpy").mkdir()
    (whole / "RECORD").write_text("whole.py,sha256=x,0\nwhole-1.0.dist-info/RECORD,,\n__pycache__/whole.pyc,,\n")
    (half / "RECORD").write_text("half.py,sha256=x,0\nhalf-1.0.dist-info/RECORD,,\n")
    made.clear_half_installed()
    assert sorted(path.name for path in made.site_packages.iterdir()) == ["whole-1.0.dist-info", "whole.py"]


def test_the_choice_of_processor_survives_and_a_foreign_file_is_no_choice(tmp_path):
    made = checkout(tmp_path)
    assert made.gpu_choice() is None
    choice = gpu.on_cpu("auto", [RTX])
    made.remember_gpu(choice)
    assert made.gpu_choice() == choice
    (made.folder / "localassist-gpu.json").write_text(json.dumps({"colour": "green"}))
    assert made.gpu_choice() is None


def test_a_followed_command_keeps_its_output_and_announces_once(tmp_path, capsys):
    script = "print('Building wheel for x'); print('Building wheel for x'); import sys; print('bad'); sys.exit(3)"
    command = following.Command(
        "Building", (sys.executable, "-c", script), announcements={"Building wheel": "It takes 8 minutes."}
    )
    outcome = following.follow(command, tmp_path / "logs" / "setup.log")
    assert outcome.code == 3
    assert outcome.tail.endswith("bad")
    assert (tmp_path / "logs" / "setup.log").read_text().count("Building wheel") == 2
    assert capsys.readouterr().out.count("It takes 8 minutes.") == 1


def test_no_display_is_noticed_on_linux_only(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    assert not bootstrap.has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert bootstrap.has_display()
    monkeypatch.delenv("WAYLAND_DISPLAY")
    monkeypatch.setattr(bootstrap.sys, "platform", "darwin")
    assert bootstrap.has_display()


def test_an_unknown_verb_is_wrong_usage():
    done = subprocess.run(
        [sys.executable, str(bootstrap.ROOT / "packaging" / "bootstrap.py"), "fly"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "usage: make" in done.stdout


def test_an_unknown_processor_is_refused_with_the_known_ones(monkeypatch, capsys):
    monkeypatch.setenv("GPU", "quantum")
    assert bootstrap.main(["setup"]) == 1
    assert "auto, cuda, vulkan, metal, none" in capsys.readouterr().out


def test_without_a_compiler_the_sentence_names_the_command(tmp_path, monkeypatch):
    made = checkout(tmp_path)
    monkeypatch.setattr(made, "pip", lambda *arguments, **options: following.Outcome(1, "CMake Error"))
    monkeypatch.setattr(gpu, "detect", list)
    monkeypatch.setattr(steps.shutil, "which", lambda name: None)
    with pytest.raises(following.SetupError, match="apt-get install g\\+\\+"):
        steps.install_llama(made, "0.3.36", "auto")
    monkeypatch.setattr(steps.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(following.SetupError, match="CMake Error"):
        steps.install_llama(made, "0.3.36", "auto")


def test_a_wheel_that_does_not_find_the_processor_is_replaced(tmp_path, monkeypatch):
    made = checkout(tmp_path)
    asked: list[tuple[str, ...]] = []

    def pip(title, *arguments, **options):
        asked.append(arguments)
        return following.Outcome(0, "")

    monkeypatch.setattr(made, "pip", pip)
    monkeypatch.setattr(gpu, "detect", lambda: [RTX])
    monkeypatch.setattr(steps.subprocess, "run", lambda *command, **options: subprocess.CompletedProcess([], 3))
    steps.install_llama(made, "0.3.36", "auto")
    assert f"{gpu.WHEELS}/cu124" in asked[0]
    assert "--force-reinstall" in asked[1]
    assert made.gpu_choice().installed == "none"


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX")
def test_an_interruption_ends_what_the_command_started(tmp_path, monkeypatch):
    lasting = "import time; print('compiling', flush=True); time.sleep(60)"
    script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {lasting!r}])"
    compiling = threading.Event()

    def interrupt(process, reader, started):
        assert compiling.wait(30)
        raise KeyboardInterrupt

    monkeypatch.setattr(following, "_show_life", interrupt)
    command = following.Command("Compiling", (sys.executable, "-c", script), lambda line: compiling.set())
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        following.follow(command, tmp_path / "setup.log")
    assert time.monotonic() - began < 30  # both ends of the pipe are closed: neither process is left
