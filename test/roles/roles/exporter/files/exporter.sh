#!/bin/sh
# Stands for an exporter's program.
[ "$1" != --version ] || { echo "exporter, version 1.8.2 (branch: HEAD)"; exit 0; }
exec sleep infinity
