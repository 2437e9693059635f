#!/bin/bash
# Puts in place what this project needs on a Debian machine:
#   bootstrap.sh environment   .venv with the locked packages (done again only when the lock has changed)
#   bootstrap.sh servers       RabbitMQ's programs and the libraries of the MongoDB server, by apt-get
# What cannot be done is said in one sentence that tells what to do.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
lock=requirements-develop.txt
venv=.venv
stamp=$venv/installed-lock
needed_mb=1500

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Whether the program is a Python that is new enough.
is_usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
  local candidate
  if [ -n "${PYTHON:-}" ]; then
    is_usable "$PYTHON" || fail "PYTHON is $PYTHON, which is no Python 3.11 or newer: set it to one, or leave it out."
    printf '%s' "$PYTHON"
    return
  fi
  for candidate in python3.11 python3 /usr/bin/python3 python3.12 python3.13; do
    if is_usable "$candidate"; then
      printf '%s' "$candidate"
      return
    fi
  done
  fail "Python 3.11 or newer is needed and was not found: run 'apt-get install python3', or set PYTHON to one."
}

# Runs apt-get as root, by sudo if it asks for no password.
apt() {
  local sudo=()
  command -v apt-get >/dev/null || fail "$2 is needed and this is no Debian: install it, then try again."
  if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      sudo=(sudo)
    else
      fail "$2 is needed and only root can install it: run 'apt-get install $1' as root, then try again."
    fi
  fi
  say "installing $1 …"
  # The package's own service must not start: the checkout runs a node of its own.
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | "${sudo[@]}" tee $policy >/dev/null
    "${sudo[@]}" chmod 755 $policy
    made=yes
  fi
  local install=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    apt-get -o DPkg::Lock::Timeout=120 -qq install -y --no-install-recommends "$1")
  local words status=0
  # A new machine has no lists of packages yet, an old one may have stale lists.
  words=$("${install[@]}" 2>&1) || words=$("${sudo[@]}" apt-get -qq update 2>&1 && "${install[@]}" 2>&1) || status=$?
  if [ -n "$made" ]; then "${sudo[@]}" rm -f $policy; fi
  if [ $status != 0 ]; then
    say "$words"
    fail "apt-get could not install $1 (its words are above): put that right, or run 'apt-get install $1' yourself."
  fi
}

check_disk() {
  local free_mb
  free_mb=$(df --output=avail -m . | tail -1 | tr -d ' ')
  if [ "$free_mb" -lt $needed_mb ]; then
    fail "The disk that holds $root has $free_mb MB free and $needed_mb MB are needed: free some space, then try again."
  fi
}

environment() {
  local wanted
  wanted=$(sha256sum <$lock | cut -d' ' -f1)
  if [ "$(cat $stamp 2>/dev/null || true)" = "$wanted" ] && $venv/bin/python -c '' 2>/dev/null; then
    return
  fi
  check_disk
  local python
  python=$(find_python)
  if ! $venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "making $venv with $("$python" --version) …"
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
      apt python3-venv "Python's venv module"
      "$python" -c 'import ensurepip' 2>/dev/null ||
        fail "$python cannot make environments: install its venv module, or set PYTHON to another Python."
    fi
    "$python" -m venv --clear $venv || fail "$venv could not be made (the words above say why): put that right."
  fi
  say "installing the locked packages (the network is needed for this once) …"
  $venv/bin/python -m pip --disable-pip-version-check install --no-input --require-hashes --no-deps -r $lock ||
    fail "The packages could not be installed (pip's words are above): check the network and the disk, then try again."
  printf '%s\n' "$wanted" >$stamp
}

servers() {
  if [ -z "${AMQP_URI:-}" ] && [ ! -x /usr/lib/rabbitmq/bin/rabbitmq-server ]; then
    apt rabbitmq-server RabbitMQ
    # Nor at the next boot of the machine.
    if command -v systemctl >/dev/null; then systemctl disable --quiet rabbitmq-server.service 2>/dev/null || true; fi
  fi
  if [ -z "${MONGO_URI:-}" ] && ! command -v mongod >/dev/null; then
    local mongod
    mongod=$(echo $venv/lib/python3*/site-packages/fiftyone/db/bin/mongod)
    if ldd "$mongod" 2>/dev/null | grep -q 'libcurl.*not found'; then apt libcurl4 "MongoDB's libcurl"; fi
    if ldd "$mongod" 2>/dev/null | grep -q 'not found'; then
      fail "MongoDB's server lacks $(ldd "$mongod" | grep 'not found' | cut -f2 | cut -d' ' -f1 | paste -sd' '):" \
        "install them, put another mongod on the PATH, or set MONGO_URI."
    fi
  fi
}

case ${1:-} in
  environment | servers) "$1" ;;
  *) fail "usage: bootstrap.sh environment|servers" ;;
esac
