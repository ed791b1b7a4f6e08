"""An interpreter with torch, for tests: a script that has the packages and merges nothing.

What it does is told by a file: "merges" copies a small Whisper to where the merged one is to be.
"""

import stat
import sys
from pathlib import Path

_SCRIPT = """#!{python}
import json, os, shutil, signal, sys
does = open({does!r}).read()
if sys.argv[1] == "-c":
    print(json.dumps([[3, 9] if does == "old" else [3, 12], ["peft"] if does == "lacks" else []]))
    sys.exit()
job = json.loads(sys.argv[-1])
open({notes!r}, "w").write(json.dumps([job, os.environ.get("HF_HUB_OFFLINE")]))
os.makedirs(job["out"])
open(os.path.join(job["out"], "half"), "w").write("half")
if does == "dies":
    print("out of luck", file=sys.stderr)
    sys.exit(1)
if does == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if does == "hangs":
    signal.pause()
if does == "refuses":
    print(json.dumps({{"error": "ValueError: size mismatch"}}))
    sys.exit(1)
shutil.rmtree(job["out"])
shutil.copytree({made!r}, job["out"])
print(json.dumps({{"layers": 12, "change": 0.25, "tokens": 51865}}))
"""


def program(folder: Path, made: Path, does: str = "merges") -> Path:
    """The script; it notes the job in `notes` beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "does").write_text(does)
    path = folder / "python"
    places = {"does": str(folder / "does"), "notes": str(folder / "notes"), "made": str(made)}
    path.write_text(_SCRIPT.format(python=sys.executable, **places))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
