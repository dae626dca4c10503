"""What belongs to the caller and to other jobs stays out of reach; without the layers it would not."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from pytest_aiassert import sandbox
from pytest_aiassert.sandbox import CandidateSession, Raised, Returned, session
from pytest_aiassert.sandbox.jail.confinement import LAYERS
from pytest_aiassert.sandbox.nursery import Nursery


@pytest.fixture
def planted():
    """A folder that every user may read and write, with a secret in it."""
    folder = Path(tempfile.mkdtemp(prefix="planted-", dir="/tmp"))
    folder.chmod(0o777)
    (folder / "secret").write_text("hunter2")
    (folder / "secret").chmod(0o666)
    yield folder
    assert (folder / "secret").read_text() == "hunter2"
    assert [entry.name for entry in folder.iterdir()] == ["secret"]
    shutil.rmtree(folder)


READINGS = {
    "by its name": "print(open({secret!r}).read())",
    "from below": "print(open('../../../../../..' + {secret!r}).read())",
    "through a symbolic link": "os.symlink({secret!r}, 'link')\nprint(open('link').read())",
    "through a link to the root folder": "os.symlink('/', 'root')\nprint(open('root' + {secret!r}).read())",
    "through a hard link": "os.link({secret!r}, 'link')\nprint(open('link').read())",
    "by moving it here": "os.rename({secret!r}, 'mine')\nprint(open('mine').read())",
    "through a folder's descriptor": (
        "folder = os.open(os.path.dirname({secret!r}), os.O_PATH)\n"
        "print(os.read(os.open('secret', os.O_RDONLY, dir_fd=folder), 99))"
    ),
    "through its own root": "print(open('/proc/self/root' + {secret!r}).read())",
    "through the caller's root": "print(open('/proc/{caller}/root' + {secret!r}).read())",
    "in the caller's environment": "print(open('/proc/{caller}/environ').read())",
    "in the caller's memory": "print(open('/proc/{caller}/mem', 'rb').read(9))",
    "in its own environment": "assert 'PLANTED_SECRET' in os.environ\nprint(os.environ)",
    "in the C library's environment": (
        "import ctypes\ngetenv = ctypes.CDLL(None).getenv\ngetenv.restype = ctypes.c_char_p\n"
        "assert getenv(b'PLANTED_SECRET')\nprint(getenv(b'PLANTED_SECRET'))"
    ),
    "by listing its folder": "print(os.listdir(os.path.dirname({secret!r})))",
    "in the project": "print(open({project!r}).read())",
    "in the project's history": "print(os.listdir({history!r}))",
}
WRITINGS = {
    "over it": "open({secret!r}, 'w').write('ESCAPED')",
    "at its end": "open({secret!r}, 'a').write('ESCAPED')",
    "by cutting it": "os.truncate({secret!r}, 0)",
    "by removing it": "os.unlink({secret!r})",
    "beside it": "open({secret!r} + '2', 'w')",
    "a folder beside it": "os.mkdir({secret!r} + '2')",
    "by a link beside it": "os.symlink('x', {secret!r} + '2')",
    "over it through a link": "os.symlink({secret!r}, 'link')\nopen('link', 'w').write('ESCAPED')",
    "by replacing it": "open('mine', 'w').write('ESCAPED')\nos.replace('mine', {secret!r})",
    "its permissions, through a link": "os.symlink({secret!r}, 'link')\nos.truncate('link', 0)",
}


def filled(attack, planted, caller):
    here = Path(sandbox.__file__)
    names = {"secret": str(planted / "secret"), "caller": caller, "project": __file__, "history": str(here.parent)}
    return "import os\n" + attack.format(**names)


@pytest.mark.parametrize("attack", [*READINGS.values(), *WRITINGS.values()], ids=[*READINGS, *WRITINGS])
@pytest.mark.usefixtures("untouched")
def test_what_is_the_callers_is_out_of_reach(setup, planted, attack):
    execution = setup.run(filled(attack, planted, setup.process.pid))

    assert execution["outcome"] == "error"
    assert execution["stdout"] == ""
    assert execution["stderr"].splitlines()[-1].startswith(("PermissionError", "FileNotFoundError", "OSError", "Asser"))


@pytest.mark.parametrize("reading", ["by its name", "through a symbolic link", "from below", "through its own root"])
def test_without_the_walls_the_secret_is_read(root_setup, planted, reading):
    execution = root_setup.run(filled(READINGS[reading], planted, root_setup.process.pid), without=LAYERS)

    assert execution["stdout"] == "hunter2\n"


def test_without_the_walls_the_caller_is_written_to(root_setup, planted):
    attack = filled("open({secret!r} + '2', 'w').write('x')\nos.unlink({secret!r} + '2')\nprint('ESCAPED')", planted, 0)

    assert root_setup.run(attack, without=LAYERS)["stdout"] == "ESCAPED\n"


@pytest.mark.parametrize(
    "attack",
    [
        "if os.fork() == 0: os._exit(0)\nprint('ESCAPED')",
        "os.execv('/bin/echo', ['echo', 'ESCAPED'])",
        "import socket\nsocket.socket().close()\nprint('ESCAPED')",
        "import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()\nprint('ESCAPED')",
        "os.memfd_create('x')\nprint('ESCAPED')",
        "os.setpgid(0, 0)\nprint('ESCAPED')",
    ],
    ids=["fork", "exec", "tcp", "netlink", "memory that is a file", "group"],
)
def test_without_the_filter_it_is_possible(root_setup, attack):
    assert root_setup.run("import os\n" + attack, without=["seccomp"])["stdout"] == "ESCAPED\n"


@pytest.mark.parametrize(
    ("attack", "without"),
    [
        ("os.kill(os.getppid(), 0)\nprint('ESCAPED')", LAYERS),
        ("os.listdir('/')\nprint('ESCAPED')", ("landlock",)),
        ("os.listdir('/tmp')\nprint('ESCAPED')", ("namespaces", "landlock")),
        ("open('/proc/self/maps').read()\nprint('ESCAPED')", ("namespaces", "landlock")),
    ],
)
def test_without_its_layer_it_is_possible(root_setup, attack, without):
    assert root_setup.run("import os\n" + attack, without=without)["stdout"] == "ESCAPED\n"


SIBLING = """
import os
def place():
    open('secret', 'w').write('hunter2')
    return os.getcwd(), os.getpid()
def look(path): return open(path).read()
def kill(pid): os.kill(pid, 9)
def trace(pid):
    import ctypes
    return ctypes.CDLL(None).syscall(101, 16, pid, 0, 0)
"""


@pytest.mark.parametrize(
    "without", [(), ("namespaces",), ("namespaces", "identity")], ids=["full", "kernel", "one user"]
)
def test_siblings_cannot_reach_each_other(monkeypatch, without):
    with contextlib.closing(Nursery(without=without)) as own:
        monkeypatch.setattr(session, "start_job", own.start)
        with CandidateSession(SIBLING) as one, CandidateSession(SIBLING) as other:
            folder, pid = one.call("place").value
            for attempt in (("look", f"{folder}/secret"), ("kill", pid)):
                answer = other.call(attempt[0], attempt[1:])
                assert isinstance(answer, Raised), attempt
                assert answer.error == "PermissionError"
            if os.uname().machine == "x86_64":
                assert other.call("trace", (pid,)).value == -1
            assert one.call("look", ("secret",)) == Returned(value="hunter2", args=("secret",))


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
ROOM = {"wall": 20, "cpu": 20}


@needs_node
@pytest.mark.parametrize(
    ("program", "shown"),
    [
        ("console.log(require('fs').readFileSync({secret!r}, 'utf8'))", ("ENOENT", "EACCES")),
        ("require('fs').writeFileSync({secret!r} + '2', 'x')", ("ENOENT", "EACCES", "EROFS")),
        ("require('net').connect(80, '127.0.0.1')", ("EPERM", "EACCES")),
        ("process.kill({caller}, 9)", ("EPERM", "ESRCH")),
    ],
    ids=["reading", "writing", "network", "killing"],
)
def test_node_is_walled_in_too(setup, planted, program, shown):
    program = program.format(secret=str(planted / "secret"), caller=setup.process.pid)
    execution = setup.run(program, language="javascript", limits=ROOM)

    assert execution["outcome"] == "error"
    assert any(code in execution["stderr"] for code in shown)


@needs_node
@pytest.mark.usefixtures("untouched")
def test_a_daemon_of_node_ends_with_it(setup):
    program = """
const child = require('child_process').spawn('/bin/sh', ['-c', 'sleep 60 & sleep 60'],
  {detached: true, stdio: 'ignore'})
child.unref()
child.on('error', (error) => console.log(error.code))
"""
    execution = setup.run(program, language="javascript", limits=ROOM)

    assert execution["outcome"] == "ok"
    assert execution["duration"] < 15


@needs_node
@pytest.mark.usefixtures("untouched")
def test_a_bomb_of_processes_is_bounded(setup):
    program = """
const { spawn } = require('child_process')
let refused = 0, made = 0
for (let n = 0; n < 300; n++) {
  try { spawn('/bin/sleep', ['20'], {stdio: 'ignore'}).on('error', () => refused++).on('spawn', () => made++) }
  catch { refused++ }
}
setTimeout(() => { console.log(made < 100 && refused > 100); process.exit(0) }, 500)
"""
    if not (setup.layers["namespaces"] or setup.layers["identity"] or setup.process.args[0].endswith("setpriv")):
        pytest.skip("root without a user for each job: the kernel counts no processes of root")
    execution = setup.run(program, language="javascript", limits=ROOM)

    assert (execution["outcome"], execution["stdout"]) == ("ok", "true\n")


@needs_node
def test_memory_beyond_nodes_heap_is_bounded(root_setup):
    program = "const held = []; for (let n = 0; n < 100; n++) held.push(Buffer.alloc(100e6, 1)); console.log('ESCAPED')"
    execution = root_setup.run(program, language="javascript", limits={**ROOM, "memory": 64 * 2**20})

    assert execution["outcome"] in ("memory", "killed", "error")
    assert "ESCAPED" not in execution["stdout"]


def test_limits_of_a_job_do_not_outlive_it(root_setup):
    root_setup.run("import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))")

    assert root_setup.run("held = [open('/dev/null') for _ in range(20)]")["outcome"] == "ok"


def test_a_worker_stays_small_and_open_to_few(root_setup):
    root_setup.run("pass")
    before = [process_of(pid) for pid in sorted(root_setup.processes())]
    for _ in range(200):
        root_setup.run("open('x', 'w')")
    after = [process_of(pid) for pid in sorted(root_setup.processes())]

    assert [descriptors for descriptors, _ in after] == [descriptors for descriptors, _ in before]
    assert max(kilobytes for _, kilobytes in after) < 100_000


def process_of(pid):
    """Return how many descriptors a process has, and its resident memory in kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return len(list(Path(f"/proc/{pid}/fd").iterdir())), int(resident.split()[1])
