"""The loop as one writes it in Python: a temp beside the target, then a rename. Usage: loop.py DIR FILES BYTES THREADS FILES_A_DIRECTORY; prints seconds."""
import json
import os
import sys
import time

root, (files, size, _, each) = sys.argv[1], map(int, sys.argv[2:])
content = [bytes([120 + kind]) * size for kind in range(2)]
paths = []
for index in range(files):
    if index % each == 0:
        os.mkdir(f"{root}/{index // each}")
    paths.append(f"{root}/{index // each}/page-{index:06}.html")


def write_all(kind):
    start = time.perf_counter()
    for index, path in enumerate(paths):
        temp = f"{path}.{index}.tmp"
        with open(temp, "wb") as file:
            file.write(content[kind])
        os.replace(temp, path)
    return time.perf_counter() - start


print(json.dumps({"new": write_all(0), "replace": write_all(1)}))
