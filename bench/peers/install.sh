#!/usr/bin/env bash
# Brings the libraries that `npm run bench` and `npm run bench:speed` compare with into this folder. The project
# itself never needs them; what cannot be had is left out, and the bench says which it found.
cd "$(dirname "$0")"
npm install --no-audit --no-fund
python3 -m venv python
python/bin/pip install --quiet -r requirements.txt || python/bin/pip install --quiet numpy scipy torch
