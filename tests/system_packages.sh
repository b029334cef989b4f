#!/bin/sh
# Installs what the tests need from Debian's packages, where it may; says what to install where it may not.
set -eu
packages="chromium fonts-wqy-microhei"
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    echo "The tests need these packages; install them with: sudo apt-get install $packages" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root apt-get install -qq -y --no-install-recommends $packages >/dev/null
