#!/usr/bin/env bash
# Runs the charter validation end to end on loopback: starts stand-ins for GitHub and ocapistaine, starts Vaettir with
# workflows/, posts four issues with curl and prints every answer. Ends what it started, by process id.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

program=${VAETTIR_PROGRAM:-}
for preset in release dev; do
  [ -n "$program" ] || [ ! -x "$root/build/$preset/app/vaettir" ] || program=$root/build/$preset/app/vaettir
done
if [ -z "$program" ]; then
  echo 'Vaettir is not built yet: ./scripts/build release' >&2
  exit 1
fi
python=/usr/bin/python3
[ -x "$python" ] || python=python3

work=$(mktemp -d)
started=()
cleanup() {
  local code=$?
  if [ "${#started[@]}" -gt 0 ]; then
    kill "${started[@]}" 2>/dev/null || true
    wait "${started[@]}" 2>/dev/null || true
  fi
  if [ $code -ne 0 ] && [ -s "$work/vaettir.log" ]; then tail -n 40 "$work/vaettir.log" >&2; fi
  rm -rf "$work"
  exit $code
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# wait_for FILE PATTERN: the first match of the pattern in a file that is being written, within 20 seconds.
wait_for() {
  local found
  for _ in $(seq 200); do
    if found=$(grep -m 1 -oE "$2" "$1" 2>/dev/null); then
      echo "$found"
      return 0
    fi
    sleep 0.1
  done
  echo "waited in vain for '$2'" >&2
  return 1
}

"$python" -B "$here/stand_ins.py" --record "$work/requests.jsonl" >"$work/stand_ins.log" 2>&1 &
started+=($!)
github=$(wait_for "$work/stand_ins.log" 'github http://.*' | cut -d' ' -f2)
ocapistaine=$(wait_for "$work/stand_ins.log" 'ocapistaine http://.*' | cut -d' ' -f2)
echo "stand-ins: github at $github, ocapistaine at $ocapistaine"

cd "$work"
GITHUB_TARGET_URL=$github OCAPISTAINE_TARGET_URL=$ocapistaine GITHUB_TOKEN=example-token \
  "$program" serve --data "$work/data" --workflows "$here/workflows" \
  --http 127.0.0.1:0 --https 127.0.0.1:0 --console 127.0.0.1:0 >"$work/vaettir.log" 2>&1 &
started+=($!)
port=$(wait_for "$work/vaettir.log" 'listening websecure https://127.0.0.1:[0-9]+' | grep -oE '[0-9]+$')
url=https://vaettir.localhost:$port/webhook/forseti/charter-valid
echo "vaettir: $url"

for order in '{"number": 42, "auto_label": true}' '{"number": 43}' '{"number": 44}' \
  '{"number": 45, "auto_label": true}'; do
  printf '\nPOST %s\n' "$order"
  curl --silent --show-error --fail-with-body --max-time 60 --cacert "$work/data/ca/root.pem" \
    -H 'Content-Type: application/json' -d "$order" "$url"
  echo
done

printf '\nWhat the stand-ins were asked:\n'
"$python" -c '
import json, sys
for line in open(sys.argv[1]):
    request = json.loads(line)
    print("  {server:11} {method:4} {path}  {body}".format(**request))' "$work/requests.jsonl"
