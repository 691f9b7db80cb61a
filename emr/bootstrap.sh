#!/usr/bin/env bash
# What a node of the cluster needs for the streaming job and the compaction: Python for the driver, Java for Spark.
# Jars come with the step, and executors run no Python. Changes nothing where nothing is missing, however often it runs.
#
#   bootstrap.sh           installs what is missing, with dnf
#   bootstrap.sh --check   only says what is missing
set -euo pipefail

min_python=3.10
min_java=17
python_package=python3.11
java_package=java-17-amazon-corretto-headless

# What is wrong, where, what to do and the code, as the job itself says it.
fail() {
  printf '%s (%s). %s (%s)\n' "$2" "$(uname -n)" "$3" "$1" >&2
  exit "${4:-1}"
}

has_python() {
  local python
  for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
    if command -v "$python" >/dev/null &&
      "$python" -c "import sys; sys.exit(sys.version_info < (${min_python/./, }))"; then
      return
    fi
  done
  return 1
}

has_java() {
  local major
  command -v java >/dev/null || return 1
  major=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
  [ "${major:-0}" -ge "$min_java" ]
}

check=false
case "${1-}" in
  '') ;;
  --check) check=true ;;
  *) fail ECOM_USAGE "Unknown argument $1" 'Call it without arguments, or with --check.' 2 ;;
esac

missing=()
has_python || missing+=("$python_package")
has_java || missing+=("$java_package")
if [ ${#missing[@]} -eq 0 ]; then
  echo "Nothing is missing: Python $min_python or later, Java $min_java or later"
  exit
fi
if $check; then
  fail ECOM_NODE_LACKS "This node lacks ${missing[*]}" 'Run it without --check, or use a release of job/releases.ts in ecom-analytics.'
fi

# A bootstrap action runs as the user hadoop.
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)
if ! "${as_root[@]}" dnf install --assumeyes --quiet "${missing[@]}" >&2; then
  fail ECOM_NODE_INSTALL "dnf did not install ${missing[*]}; the lines above say why" \
    'In a private subnet it needs the S3 gateway endpoint, with a policy that allows the repositories of Amazon Linux.'
fi
has_python || fail ECOM_PYTHON_TOO_OLD "There is still no Python $min_python or later" "Look at what dnf did for $python_package."
has_java || fail ECOM_JAVA_TOO_OLD "There is still no Java $min_java or later on the path" \
  "Look at what dnf did for $java_package, and at alternatives --config java."
echo "Installed ${missing[*]}"
