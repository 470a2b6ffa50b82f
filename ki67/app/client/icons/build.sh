#!/bin/sh -e
# Makes the PNG icons of icon.svg with Chromium. The maskable one fills its square and keeps the nuclei inside the circle that no mask cuts.
cd "$(dirname "$0")"
drawn() { chromium --headless --no-sandbox --hide-scrollbars --default-background-color=00000000 --window-size=$2,$2 --screenshot="$PWD/$3" "file://$1"; }
wide=$(mktemp --suffix .svg)
sed 's/viewBox="0 0 64 64"/viewBox="-12 -12 88 88"/; s/<rect[^>]*>/<rect x="-12" y="-12" width="88" height="88" fill="#f6efe4"\/>/' icon.svg > "$wide"
drawn "$PWD/icon.svg" 192 icon-192.png
drawn "$PWD/icon.svg" 512 icon-512.png
drawn "$wide" 512 maskable-512.png
