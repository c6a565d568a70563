#!/bin/sh
# Chromium and a Chinese font for the browser tests; says what it installs, does nothing when they are there.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
fc-list 2>/dev/null | grep -qi "noto.*cjk" || missing="$missing fontconfig fonts-noto-cjk"
[ -z "$missing" ] && exit 0
echo "installing Debian packages for the browser tests:$missing"
sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo"
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
