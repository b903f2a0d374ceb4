"""Shut a fresh fork in: namespaces of its own, no rights, limits, no new processes.

The fork server lives in bubblewrap's sandbox, which has no network, no course folder
and nothing that can be written. Its forks share that sandbox. So each one gets user,
mount, process, IPC, name and network namespaces of its own on top: it sees no other
process, and its scratch folder is a file system of its own that ends with it.

A process namespace begins with a fork. So that one fork is enough, the fork server
makes the namespace first (`fork_apart`), which it may in namespaces of its own
(`lead`); it then goes back to where it came from.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
from dataclasses import dataclass

SCRATCH = "/scratch"  # the one folder that can be written
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV = 1, 2, 4
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 22, 38
CAPABILITIES = 0x20080522  # version 3 of capset's structure

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Limits:
    """What one process may use.

    Attributes
    ----------
    cpu_seconds : of all its cells together.
    memory : bytes beyond what it starts with.
    disk : bytes in its scratch folder, and in one file.
    threads : of all its processes; the kernel does not enforce this for root.
    """

    cpu_seconds: int = 300
    memory: int = 2 * 2**30
    disk: int = 64 * 2**20
    threads: int = 64


def lead() -> int:
    """Go on as the first process of a namespace, with the right to make more of them.

    Returns what `fork_apart` needs. The process that called stays outside, and ends
    when this one does.
    """
    _unshare(CLONE_NEWUSER | CLONE_NEWPID)
    inner = os.fork()
    if inner != 0:
        os.closerange(0, 256)  # the control socket is the inner one's
        os._exit(os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1]) & 0xFF)
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.open("/proc/self/ns/pid", os.O_RDONLY)


def fork_apart(home: int) -> int:
    """Fork into a process namespace that nothing else is in; returns as `os.fork`."""
    _check(_libc.unshare(CLONE_NEWPID), "unshare")
    process = os.fork()
    if process != 0:
        _check(_libc.setns(home, CLONE_NEWPID), "setns")
    return process


def shut_in(limits: Limits) -> None:
    """Leave all that this fork shares with others, and every right."""
    apart = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET
    _unshare(apart)
    os.setsid()
    limit(limits, confined=True)
    scratch_folder(limits)
    drop_rights()


def _unshare(flags: int) -> None:
    """Enter new namespaces, a user's among them, in which this user stays the same."""
    user, group = os.getuid(), os.getgid()
    _check(_libc.unshare(flags), "unshare")
    for name, text in [
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ]:
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def scratch_folder(limits: Limits) -> None:
    """Put file systems of this process's own over all that can be written or tells."""
    options = f"size={limits.disk},mode=755".encode()
    for target, rights in [(SCRATCH, 0), ("/dev/shm", 0), ("/proc", MS_RDONLY)]:
        flags = MS_NOSUID | MS_NODEV | rights
        _check(
            _libc.mount(b"tmpfs", target.encode(), b"tmpfs", flags, options),
            f"mount {target}",
        )
    os.chdir(SCRATCH)


def limit(limits: Limits, confined: bool) -> None:
    """Set the limits that the kernel keeps for one process."""
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    for what, most in [
        (resource.RLIMIT_AS, mapped + limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.disk),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 256),
    ]:
        resource.setrlimit(what, (most, most))
    if confined:  # counted in the namespace; outside it would count the user's others
        resource.setrlimit(resource.RLIMIT_NPROC, (limits.threads, limits.threads))


def drop_rights() -> None:
    """Keep no capability, gain none, die with the parent, start no process."""
    header = struct.pack("Ii", CAPABILITIES, 0)
    _check(_libc.capset(header, struct.pack("6I", *[0] * 6)), "capset")
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _filter_calls()


# The system calls that are refused, by machine: they start processes, reach into
# others, hold memory that no limit counts, or open parts of the kernel that no
# exercise needs.
CALLS = {
    "x86_64": {
        "audit": 0xC000003E,
        "clone": 56,
        "clone3": 435,
        "refused": [
            *(57, 58),  # fork, vfork
            *(101, 310, 311),  # ptrace, process_vm_readv, process_vm_writev
            *(155, 161, 165, 166, 272, 308),  # pivot_root ... unshare, setns
            *(428, 429, 430, 431, 432, 433, 442),  # the new mount calls
            *(248, 249, 250),  # add_key, request_key, keyctl
            *(298, 321, 323, 425, 426, 427),  # perf_event, bpf, userfaultfd, io_uring
            *(
                29,
                68,
                240,
                319,
                447,
            ),  # shmget, msgget, mq_open, memfd_create and _secret
        ],
    },
    "aarch64": {
        "audit": 0xC00000B7,
        "clone": 220,
        "clone3": 435,
        "refused": [
            *(117, 270, 271),
            *(39, 40, 41, 51, 97, 268),
            *(428, 429, 430, 431, 432, 433, 442),
            *(217, 218, 219),
            *(241, 280, 282, 425, 426, 427),
            *(194, 186, 180, 279, 447),
        ],
    },
}
CLONE_THREAD = 0x00010000
ALLOW, EPERM, EAGAIN, ENOSYS = 0x7FFF0000, 0x00050001, 0x0005000B, 0x00050026
LOAD, EQUAL, AT_LEAST, BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06


def _filter_calls() -> None:
    """Install a seccomp filter; only where this machine's numbers are known."""
    calls = CALLS.get(platform.machine())
    if calls is None:
        return
    program = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, calls["audit"]), (RETURN, 0, 0, EPERM)]
    program.append((LOAD, 0, 0, 0))  # the call's number
    program += [(AT_LEAST, 0, 1, 0x40000000), (RETURN, 0, 0, EPERM)]  # x32's numbers
    for number in calls["refused"]:
        program += [(EQUAL, 0, 1, number), (RETURN, 0, 0, EPERM)]
    # glibc starts threads by clone3 and falls back on clone, whose flags can be read.
    program += [(EQUAL, 0, 1, calls["clone3"]), (RETURN, 0, 0, ENOSYS)]
    program += [(EQUAL, 1, 0, calls["clone"]), (RETURN, 0, 0, ALLOW)]
    program += [(LOAD, 0, 0, 16), (BITS, 0, 1, CLONE_THREAD)]
    program += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, EAGAIN)]
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code)
    head = ctypes.create_string_buffer(
        struct.pack("HP", len(program), ctypes.addressof(buffer))
    )
    _prctl(PR_SET_SECCOMP, 2, ctypes.addressof(head))


def trial(home: int) -> None:
    """Go through all of it in a fork; raises OSError where that is not possible."""
    told, tells = os.pipe()
    process = fork_apart(home)
    if process == 0:
        said = b""
        try:
            shut_in(Limits())
        except OSError as error:
            said = str(error).encode()
        os.write(tells, said)
        os._exit(0)
    os.close(tells)
    os.waitpid(process, 0)
    with os.fdopen(told, "rb") as said:
        text = said.read().decode(errors="replace")
    if text:
        raise OSError(text)


def _prctl(option: int, *values: int) -> None:
    values = [ctypes.c_ulong(v) for v in (*values, 0, 0, 0)[:4]]
    _check(_libc.prctl(option, *values), f"prctl {option}")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
