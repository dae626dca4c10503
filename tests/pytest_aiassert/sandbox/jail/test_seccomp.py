"""The filter, run here as the kernel would run it, for both machines."""

from __future__ import annotations

import errno
import functools
import struct

import pytest

from pytest_aiassert.sandbox.jail.seccomp import compile_filter
from pytest_aiassert.sandbox.jail.syscalls import (
    ABSENT,
    BY_REMOTE,
    NEEDLESS,
    NUMBERS,
    OF_LANES,
    OWN_ONLY,
    PROCESSES,
    numbers,
)

ALLOWED, KILLED = 0x7FFF0000, 0x80000000
REFUSED, MISSING = 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ME = 77


@functools.cache
def compiled(machine, kind):
    code, own = compile_filter(numbers(machine), machine, kind=kind)
    patched = bytearray(code)
    for offset in own:
        patched[offset : offset + 4] = struct.pack("=I", ME)
    return list(struct.iter_unpack("=HBBI", bytes(patched)))


def outcome(machine, call, *arguments, kind="job", architecture=None):
    """Interpret the filter's code over one system call."""
    table, lines = numbers(machine), compiled(machine, kind)
    number = table.get(call, call) if isinstance(call, str) else call
    words = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=IIQ6Q", number, architecture or ARCHITECTURES[machine], 0, *(word % 2**64 for word in words))
    position, held = 0, 0
    while True:
        operation, yes, no, value = lines[position]
        position += 1
        if operation == 0x06:
            return value
        if operation == 0x20:
            held = struct.unpack_from("=I", data, value)[0]
            continue
        holds = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[operation]
        position += yes if holds else no


machines = pytest.mark.parametrize("machine", ARCHITECTURES)


@machines
@pytest.mark.parametrize("kind", ["job", "program"])
def test_what_no_job_needs_is_refused(machine, kind):
    for name in set(NEEDLESS) & set(numbers(machine)):
        assert outcome(machine, name, kind=kind) == REFUSED, name
    for name in set(ABSENT) & set(numbers(machine)):
        assert outcome(machine, name, kind=kind) == MISSING, name


@machines
def test_processes_are_refused_to_jobs_that_need_none(machine):
    for name in set(PROCESSES) & set(numbers(machine)):
        assert outcome(machine, name) == REFUSED
        assert outcome(machine, name, kind="program") == ALLOWED
    assert outcome(machine, "clone", 17) == REFUSED
    assert outcome(machine, "clone", 17, kind="program") == ALLOWED


@machines
@pytest.mark.parametrize("kind", ["job", "program"])
def test_threads_stay_and_namespaces_do_not(machine, kind):
    assert outcome(machine, "clone", 0x3D0F00, kind=kind) == ALLOWED
    assert outcome(machine, "clone", 0x10000000 | 17, kind=kind) == REFUSED


@machines
def test_only_the_process_itself_may_be_signalled_and_limited(machine):
    for name, (argument, zero) in OWN_ONLY.items():
        before = [5] * argument
        assert outcome(machine, name, *before, ME) == ALLOWED
        assert outcome(machine, name, *before, ME + 1) == REFUSED
        assert outcome(machine, name, *before, -1) == REFUSED
        assert outcome(machine, name, *before, 0) == (ALLOWED if zero else REFUSED)
        assert outcome(machine, name, *before, ME + 1, kind="program") == ALLOWED


@machines
def test_everything_else_is_allowed(machine):
    known = set(numbers(machine).values())
    everyday = [number for number in range(400) if number not in known]

    assert len(everyday) > 300
    assert {outcome(machine, number) for number in everyday} == {ALLOWED}


@machines
def test_calls_by_another_table_are_killed_or_missing(machine):
    assert outcome(machine, "kill", ME, architecture=0x40000003) == KILLED
    assert outcome("x86_64", 0x40000000 | 57) == MISSING


def test_an_unknown_machine_has_no_filter():
    assert numbers("riscv64") == {}
    with pytest.raises(OSError, match="no table of system calls for riscv64"):
        compile_filter({}, "riscv64", kind="job")
    with pytest.raises(OSError, match="no table of system calls for x86_64"):  # Python for 32 bits
        compile_filter({}, "x86_64", kind="job")


def test_every_name_in_a_list_has_a_number():
    assert {*NEEDLESS, *PROCESSES, *ABSENT, *OWN_ONLY} <= set(NUMBERS)
    assert not set(NEEDLESS) & {*PROCESSES, *ABSENT, *OWN_ONLY}


def in_a_lane(machine, call, *arguments):
    """Return what a resident gets: it has the lane's filter and its own, and the stricter answer counts."""
    answers = {outcome(machine, call, *arguments, kind=kind) for kind in ("lane", "resident")}
    return min(answers, key=lambda answer: answer & 0x7FFF0000)


@machines
def test_a_resident_of_a_lane_may_no_more_than_a_job(machine):
    table = numbers(machine)
    for number in range(470):
        for arguments in (
            (),
            (ME,),
            (ME + 1,),
            (17,),
            (0x3D0F00,),
            (0, ME),
            (3, 8),
            (3, 10),
            (3, 15),
            (3, 2),
            (3, 0x8901),
        ):
            job = outcome(machine, number, *arguments)
            resident = in_a_lane(machine, number, *arguments)
            if job == ALLOWED and resident != ALLOWED:
                assert number in {table[name] for name in OWN_ONLY if name not in OF_LANES}  # only 0 means the caller
            else:
                assert resident == job, (number, arguments)


@machines
def test_a_lane_forks_ends_and_slows_its_residents_and_starts_no_program(machine):
    assert outcome(machine, "clone", 17, kind="lane") == ALLOWED
    assert outcome(machine, "kill", ME + 1, 9, kind="lane") == ALLOWED
    assert outcome(machine, "setpriority", 0, ME + 1, 4, kind="lane") == ALLOWED
    assert outcome(machine, "clone", 0x10000000 | 17, kind="lane") == REFUSED
    assert outcome(machine, "execve", kind="lane") == REFUSED
    assert outcome(machine, "socket", kind="lane") == REFUSED


@machines
@pytest.mark.parametrize("kind", ["job", "program", "lane"])
def test_the_kernel_is_not_asked_to_signal_another(machine, kind):
    for name, (argument, values) in BY_REMOTE.items():
        before = [5] * argument
        assert {outcome(machine, name, *before, value, kind=kind) for value in values} == {REFUSED}
        assert outcome(machine, name, *before, 3, kind=kind) == ALLOWED
