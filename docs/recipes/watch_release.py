"""Ask for a release of a project, or watch one that was asked for, until it is out, waits for a decision, or failed.

Run: python watch_release.py "title of the project" [--leave-out-blocked]    or: python watch_release.py --release ID
Ends with 0 when the release is out, 3 when its risk waits for a decision on the pages, 1 when it could not be made.
"""

import argparse
import sys
import time

from quell import ask, pages


def requested(title, leaves_out_blocked):
    projects = {project["title"]: project["id"] for project in pages("/api/projects/?limit=200")}
    if title not in projects:
        sys.exit(f"There is no project “{title}”. There are: {', '.join(projects) or 'none'}.")
    new = {"project": projects[title], "formats": ["CSV"], "leaves_out_blocked": leaves_out_blocked}
    return ask("POST", "/api/releases/", json=new)


def watch(release):
    """Wait for the job, asking more and more rarely while nothing new is said."""
    wait, said = 1.0, ""
    while release["job"]["state"] in ("QUEUED", "RUNNING"):
        told = f"{release['name']}: {release['job']['words'] or release['job']['state'].lower()}"
        if told == said:
            wait = min(wait * 1.5, 30)
        else:
            print(told, flush=True)
            wait, said = 1.0, told
        time.sleep(wait)
        release = ask("GET", release["url"])
    return release


def main(given):
    asked = ask("GET", f"/api/releases/{given.release}/") if given.release else None
    release = watch(asked or requested(given.project, given.leave_out_blocked))
    print(f"{release['name']} ({release['id']}): {release['state']}")
    if release["state"] == "HELD":
        print(f"Its risk waits for a decision: {release['page']}")
        return 3
    if release["state"] in ("PUBLISHED", "SUPERSEDED"):
        return 0
    print(f"It was not made: {release['job']['words'] or release['job']['state'].lower()}")
    return 1


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("project", nargs="?", default="")
    options.add_argument("--leave-out-blocked", action="store_true")
    options.add_argument("--release", default="")
    sys.exit(main(options.parse_args()))
