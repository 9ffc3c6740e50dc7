"""`make test-timescale`: on a real TimescaleDB, which needs Debian's package, all tests that can end differently there.

Arguments go to pytest; where one of them is a path, it takes the place of those. ARGS=. is the whole suite.
"""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from ops.checkout import ROOT, STATE, PlainError, only_one, program, say
from ops.postgres import THROW_AWAY, Cluster, Installation, serve
from ops.processes import finish
from ops.suite import run_pytest

PACKAGE = "postgresql-17-timescaledb"
TIME_ZONES = "tzdata-legacy"  # Debian keeps the older names apart: US/Hawaii, Asia/Calcutta
SUITE = "trixie"  # the first Debian that has the package
SUITE_VERSION = 13
TREE = STATE / SUITE
PROGRAMS = Path("usr/lib/postgresql/17/bin")
EXTENSION = Path("usr/share/postgresql/17/extension/timescaledb.control")
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/dropset.conf")
OPTIONS = {**THROW_AWAY, "shared_preload_libraries": "timescaledb", "timescaledb.telemetry_level": "off", "jit": "off"}
LETTERS = "C.UTF-8"
# What can differ: the extension, PostgreSQL 17 in the place of 18, the letters of the C library, and Debian's time zones.
TESTS = {
    "lib": "hypertables and buckets of time, the constraints of fields, statements of the base, jobs",
    "catalog": "letters in searches, the search document",
    "training": "local days in zones, generated columns, references",
    "nutrition": "as training",
    "planner": "as training",
    "sensors": "hypertables",
    "analytics": "buckets of time",
    "specimens": "the triggers and constraints of shared trees, and of at most one",
    "config/tests/test_databases.py": "copies of a database in which the extension's own processes work",
    "config/tests/test_tables.py": "deleting without triggers",
    "config/tests/test_entities.py": "the constraints and triggers of every entity",
    "sync/tests/test_capture.py": "capture triggers",
    "sync/tests/test_catalogue_scope.py": "capture triggers of shared rows",
    "sync/tests/test_deletions.py": "triggers that delete what hangs on a row",
    "sync/tests/test_history.py": "SQL over the log",
    "sync/tests/test_push.py": "statements that write sets of rows",
    "sync/tests/test_pull.py": "pages in SQL",
    "sync/tests/test_pull_by_time.py": "plans of queries",
    "sync/tests/test_retention.py": "the purge, in SQL",
    "sync/tests/test_snapshots.py": "digests in SQL",
    "sync/tests/test_import.py": "statements that write whole accounts",
    "sync/tests/test_hostile_input.py": "texts and zones that a server refuses",
    "sync/tests/test_concurrency.py": "locks",
    "sync/tests/test_deadlocks.py": "locks",
}
# One or two of each other kind: what is above differs, and these stand on it.
SMOKE = (
    "accounts/tests/api/test_register.py",
    "accounts/tests/api/test_refresh.py",
    "config/tests/test_health.py",
    "sync/tests/test_devices_end_to_end.py",
    "sync/tests/proof/test_state_machine.py",
)
SMOKE_SETTINGS = {"PROOF_EXAMPLES": "16"}
MIRROR_SCHEMES = ("http", "https", "file")
MIRROR_LIST = "mirror+file:"
WGET_OPTIONS = {
    "http_proxy": "Acquire::http::Proxy",
    "https_proxy": "Acquire::https::Proxy",
    "ca_certificate": "Acquire::https::CaInfo",
}


class Skipped(Exception):
    """Why this machine cannot have TimescaleDB."""


def has_timescaledb(tree: Path) -> bool:
    return (tree / PROGRAMS / "postgres").exists() and (tree / EXTENSION).exists()


def debian_version() -> int:
    """13 for trixie; Debian's unstable has no number and is newer than all. Raises Skipped elsewhere."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    if release.get("ID") != "debian":
        raise Skipped("TimescaleDB comes from Debian's packages, and this is not Debian")
    return int(release.get("VERSION_ID", "99"))


def apt(*arguments: str) -> None:
    log = STATE / "apt.log"
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    finish("apt-get", ["apt-get", "-q", "-y", "--no-install-recommends", *arguments], env=env, log=log)


def install_package() -> None:
    """The host's own package; without the server that Debian would otherwise start on port 5432."""
    say(f"installing {PACKAGE}")
    NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    NO_CLUSTER.write_text("create_main_cluster = false\n")
    apt("update")
    apt("install", PACKAGE, TIME_ZONES)


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def listed(uri: str) -> list[str]:
    """The mirrors behind an apt address: itself, or the lines of the file that it names."""
    if not uri.startswith(MIRROR_LIST):
        return [uri]
    return Path("/" + uri.removeprefix(MIRROR_LIST).lstrip("/")).read_text().split()


def first_mirror(uris: Sequence[str]) -> str:
    for uri in uris:
        for each in listed(uri):
            if urlsplit(each).scheme in MIRROR_SCHEMES:
                return each
    raise PlainError("apt on this machine knows no Debian mirror that debootstrap can use.")


def mirror() -> str:
    """Where this host's apt gets Debian from."""
    filters = ("Created-By: Packages", "Label: Debian")
    return first_mirror(output_of("apt-get", "indextargets", "--format", "$(REPO_URI)", *filters).splitlines())


def wget_settings() -> str:
    """debootstrap loads with wget: give it the proxies and certificates that apt is configured with."""
    lines = []
    for name, option in WGET_OPTIONS.items():
        value = output_of("apt-config", "dump", "--format=%v%n", option).partition("\n")[
            0
        ]  # exceptions for hosts follow
        if value not in {"", "DIRECT"}:
            lines.append(f"{name} = {value}\n")
    return "".join(lines)


def build_tree() -> None:
    """A Debian 13 in a folder. In a mount namespace of its own: what debootstrap mounts ends with it."""
    say(f"building a Debian {SUITE_VERSION} with TimescaleDB in {TREE} (once, about a minute)")
    apt("update")
    if not shutil.which("debootstrap"):
        apt("install", "debootstrap")
    new = TREE.with_name(f"{SUITE}.new")
    if new.exists():
        shutil.rmtree(new)
    wgetrc = STATE / "wgetrc"
    wgetrc.write_text(wget_settings())
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGE},{TIME_ZONES}", SUITE, str(new), mirror()]
    env = {**os.environ, "WGETRC": str(wgetrc)}
    finish("debootstrap", ["unshare", "--mount", "--", *command], env=env, log=STATE / "debootstrap.log")
    new.rename(TREE)


def cluster() -> Cluster:
    """TimescaleDB of this host, of a tree made before, or newly installed."""
    here = Cluster(Installation("/" / PROGRAMS, letters=LETTERS), STATE / "postgres-timescale", OPTIONS)
    there = Cluster(Installation("/" / PROGRAMS, TREE, LETTERS), TREE / "var/lib/dropset", OPTIONS)
    if has_timescaledb(Path("/")):
        return here
    version = debian_version()
    if os.geteuid() != 0:
        raise Skipped("installing TimescaleDB needs root")
    if version >= SUITE_VERSION:
        install_package()
        return here
    if not has_timescaledb(TREE):
        build_tree()
    return there


def chosen(arguments: Sequence[str]) -> list[str]:
    """pytest's arguments."""
    names_paths = any((ROOT / argument.partition("::")[0]).exists() for argument in arguments)
    return [*arguments, *(() if names_paths else (*TESTS, *SMOKE))]


def main() -> int:
    os.environ["PATH"] += ":/usr/sbin:/sbin"  # a root without a login shell may lack them
    with only_one("timescale"):
        try:
            where = cluster()
        except Skipped as reason:
            say(f"SKIPPED test-timescale: {reason}.")
            return 0
        with serve(where) as server:
            return run_pytest(chosen(sys.argv[1:]), server.url(), SMOKE_SETTINGS, TIMESCALEDB="required")


if __name__ == "__main__":
    program(main)
