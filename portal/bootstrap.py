"""Makes the virtual environment and installs what the lock names. Plain Python: it runs before anything is installed.

Usage: python3 portal/bootstrap.py [--dev]
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.environ.get("VENV", os.path.join(ROOT, ".venv"))
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
NEEDED = (3, 11)


def refuse(line):
    sys.exit("Cannot start: " + line)


def digest(*paths):
    total = hashlib.sha256(sys.version.encode())
    for path in paths:
        with open(path, "rb") as file:
            total.update(file.read())
    return total.hexdigest()


def found_uv():
    """uv from the PATH or the environment, else the pinned one, else nothing."""
    mine = os.path.join(BIN, "uv")
    for path in (shutil.which("uv"), mine if os.path.exists(mine) else None):
        if path:
            return path
    pinned = os.path.join(ROOT, "requirements-uv.txt")
    pip = [os.path.join(BIN, "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    done = subprocess.call([*pip, "--require-hashes", "-r", pinned], stderr=subprocess.DEVNULL)
    return mine if done == 0 and os.path.exists(mine) else None


def install(lock):
    python = os.path.join(BIN, "python")
    uv = found_uv()
    if uv:
        command = [uv, "pip", "install", "-q", "--python", python, "--require-hashes", "-r", lock]
        if subprocess.call(command) == 0:
            return
    command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", lock]
    if subprocess.call(command) != 0:
        refuse("the packages of {} could not be installed; the lines above say why.".format(os.path.basename(lock)))


def main():
    if sys.version_info < NEEDED:
        refuse(
            "Python 3.11 or newer is needed, this is {}.{}. Try: make run PYTHON=python3.12".format(*sys.version_info)
        )
    lock = os.path.join(ROOT, "requirements-dev.txt" if "--dev" in sys.argv else "requirements.txt")
    stamp = os.path.join(VENV, "installed-dev" if "--dev" in sys.argv else "installed")
    wanted = digest(lock)
    try:
        with open(stamp) as file:
            if file.read() == wanted and os.path.exists(os.path.join(BIN, "python")):
                return
    except OSError:
        pass
    print("Setting up: installing packages, once.", flush=True)
    if not os.path.exists(os.path.join(BIN, "python")):
        try:
            import venv

            venv.EnvBuilder(with_pip=True).create(VENV)
        except Exception as error:
            refuse("no virtual environment could be made in {}: {}".format(VENV, error))
    install(lock)
    with open(stamp, "w") as file:
        file.write(wanted)


if __name__ == "__main__":
    main()
