#!/usr/bin/env bash
# layers.wasm and jpeg.wasm from C; only whoever changes them needs it. The compiler comes from PyPI, in the version that was used.
set -euo pipefail
cd "$(dirname "$0")"
compile() { uv tool run --from ziglang==0.17.1 python-zig cc --target=wasm32-freestanding -O3 -msimd128 -nostdlib \
  -Wl,--no-entry -Wl,--import-memory -Wl,--export=__heap_base -Wl,--strip-all "$@"; }
compile -Wl,--export=__stack_pointer -o layers.wasm layers.c
compile -Wl,--export=__stack_pointer -matomics -mbulk-memory -Wl,--shared-memory -Wl,--max-memory=1073741824 -o layers-shared.wasm layers.c
compile -mbulk-memory -o jpeg.wasm jpeg/jpeg.c
