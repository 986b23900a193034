import json
import time
import traceback
from pathlib import Path

from tests.interop.clients.served import Served, person_named


def test_hold(served: Served):
    out = {p: served.environment(person_named(p))["QUELL_TOKEN"] for p in ("bob", "dana", "fiona", "alice", "ivan")}
    Path("/tmp/hold.json").write_text(json.dumps({"url": served.url, **out}))
    space = {"served": served, "person_named": person_named}
    end = time.time() + 2400
    while not Path("/tmp/hold.stop").exists() and time.time() < end:
        served.work()
        cmd = Path("/tmp/hold_cmd.py")
        if cmd.exists():
            text = cmd.read_text()
            cmd.unlink()
            import contextlib
            import io

            buf = io.StringIO()
            try:
                with contextlib.redirect_stdout(buf):
                    exec(text, space)
            except Exception:
                buf.write(traceback.format_exc())
            Path("/tmp/hold_out.txt").write_text(buf.getvalue())
