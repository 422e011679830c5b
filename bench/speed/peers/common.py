"""What the Python contenders share: reading a workload's folder, and timing calls by their fastest round."""
import json
import os
import sys
import time

import numpy as np


class Workload:
    def __init__(self, folder):
        with open(os.path.join(folder, "workload.json")) as file:
            about = json.load(file)
        self.name = about["name"]
        self.steps = about["steps"]
        self.slots = about["parameters"]
        self.folder = folder

    def array(self, name, dtype=np.float32):
        return np.load(os.path.join(self.folder, name + ".npy")).astype(dtype)

    def parameters(self):
        """The first parameters by name, in the order of the program."""
        flat = self.array("first")
        found, offset = {}, 0
        for slot in self.slots:
            size = int(np.prod(slot["shape"])) if slot["shape"] else 1
            found[slot["name"]] = flat[offset : offset + size].reshape(slot["shape"])
            offset += size
        return found


def fastest(call, seconds, steps_per_call=1):
    """Microseconds of one step in the fastest of many short rounds."""
    end = time.perf_counter() + seconds
    count, best = 1, float("inf")
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(count):
            call()
        best = min(best, (time.perf_counter() - start) / count)
        count = max(1, min(100_000, round(0.02 / max(best, 1e-9))))
    return best * 1e6 / steps_per_call


def main(contenders):
    """`peer.py FOLDER VARIANT SECONDS`: prints loss and microseconds as JSON, or why there are none."""
    folder, variant, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    workload = Workload(folder)
    build = contenders.get((workload.name.split('_')[0], variant)) or contenders.get((workload.name, variant))
    if build is None:
        print(json.dumps({"missing": "not written for this library"}))
        return
    call, loss, steps_per_call = build(workload)
    for _ in range(max(1, workload.steps // steps_per_call)):
        call()
    reached = float(loss())
    print(json.dumps({"loss": reached, "microseconds": fastest(call, seconds, steps_per_call)}))
