"""Tarishi as it was built here. opts: noop=N (no-op plugins on every hook), sink=port of the next hop, cert=rsa|ec, settings=["PID:key=value"].

A server of a bench that compares SMTP servers: MODES names what it can be started as; prepare() says how.
"""
import os
import re
import subprocess
import zipfile

MODES = {"discard", "queue", "relay", "forward", "tls", "idle"}
# It is quick: a run has to be long enough to be measured. And a JVM has compiled all that mail comes through after some 60,000 mails, which
# a server sees once in its life; the rounds that warm it are made longer by this too.
FACTOR = 100.0
RELAY_WARM = 60_000
RELAY_N = 60_000
NOOP = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def newest(folder, pattern):
    found = [f"{folder}/{f}" for f in os.listdir(folder) if re.fullmatch(pattern, f)] if os.path.isdir(folder) else []
    if not found:
        raise RuntimeError(f"nothing like {pattern} in {folder}: build first, with distribution/run or mvn package")
    return max(found, key=os.path.getmtime)


def home():
    return newest(f"{ROOT}/distribution/target", r"tarishi-[^/]*(?<!\.tar\.gz)")


def install():
    # As distribution/run does for whoever starts it first.
    subprocess.run([f"{home()}/bin/tarishi", "aot"], check=True)


def noop_plugin(source, target, name):
    """The no-op plugin under another name: its bundle, its component and its place in the chain."""
    with zipfile.ZipFile(source) as jar, zipfile.ZipFile(target, "w") as out:
        for entry in jar.infolist():
            data = jar.read(entry)
            if entry.filename == "META-INF/MANIFEST.MF":
                # A long line of a manifest goes on behind a line break and a blank.
                text = data.decode().replace("\r\n ", "").replace("\n ", "")
                text, n = re.subn(r"(?m)^(Bundle-SymbolicName: *)[^;\r\n]*", rf"\g<1>org.tarishi.itests.{name}", text)
                assert n == 1, text
                lines = []
                for line in text.split("\n"):
                    line = line.rstrip("\r")
                    while len(line) > 70:
                        lines.append(line[:70])
                        line = " " + line[70:]
                    lines.append(line)
                data = "\r\n".join(lines).encode()
            elif entry.filename.startswith("OSGI-INF/") and entry.filename.endswith(".xml"):
                text, n = re.subn(r'(name="tarishi\.smtp\.plugin"[^>]*value=")noop"', rf'\g<1>{name}"', data.decode())
                assert n == 1, text
                text, n = re.subn(r'(<scr:component[^>]* name=")[^"]*"', rf'\g<1>{name}"', text)
                assert n == 1, text
                data = text.encode()
            out.writestr(entry.filename, data)


def prepare(d, mode, port, noop=0, sink=None, cert="rsa", settings=(), **o):
    base = f"{d}/base"
    names = [f"noop{i}" for i in range(1, noop + 1)]
    if names:
        os.makedirs(f"{base}/deploy")
        source = newest(f"{ROOT}/itests/plugins/noop/target", r"org\.tarishi\.itests\.noop-[^/]*(?<!sources)\.jar")
        for name in names:
            noop_plugin(source, f"{base}/deploy/{name}.jar", name)
    # What is listed is required: until all of them are there, a client is told to come back.
    chain = names + (["relay"] if mode in ("queue", "relay")
                     else ["in-host-list", "smtp-forward" if mode == "forward" else "discard"])
    settings = ["org.tarishi.core.boot:http.port=0",
                f"org.tarishi.core.server.listener~smtp:port={port}",
                "org.tarishi.core.server.listener~submission:port=0",
                *([] if mode in ("queue", "relay") else ['org.tarishi.plugin.in-host-list:domains=[ "inline:bench.test" ]']),
                "org.tarishi.chain:plugins=[ " + ", ".join(f'"{n}"' for n in chain) + " ]",
                # No others, as with Haraka's list.
                "org.tarishi.chain:strict=true",
                *settings]
    if mode == "tls":
        # Where the bench has its keys and certificates.
        file = os.environ.get("BENCH_SCRATCH", "/tmp/bench") + f"/tls/{cert}"
        settings += [f'org.tarishi.core.tls:files=[ "{file}.pem", "{file}.key" ]']
    if mode in ("queue", "relay"):
        settings += ['org.tarishi.plugin.relay:acl=[ "127.0.0.0/8" ]']
        # Kept, and not tried; or all of it to the bench's sink.
        settings += ["org.tarishi.core.scheduler:deliver=false" if mode == "queue"
                     else f"org.tarishi.core.delivery:smartHost=smtp://127.0.0.1:{sink}"]
    elif mode == "forward":
        settings += ["org.tarishi.plugin.smtp-forward:host=127.0.0.1", f"org.tarishi.plugin.smtp-forward:port={sink}"]
    else:
        settings += ["org.tarishi.plugin.discard:all=true"]
    cmd = [f"{home()}/bin/tarishi", "run", "--base", base]
    for setting in settings:
        cmd += ["--set", setting]
    return {"cmd": cmd}
