#!/bin/sh
# Makes the committed networks again. Needs Python 3 with numpy, onnx 1.12 and torch 1.13.
#   OUT=FOLDER   writes there instead of over what is committed
#   ALL=1        makes every network that the scripts know
set -e
cd "$(dirname "$0")"
for part in paddle tf torch variant; do
  "${PYTHON:-python3}" "${part}_models.py"
done
