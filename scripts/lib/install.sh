# Installs Debian packages that are missing, and nothing else. Sourced by scripts.
#
# A package that brings a server starts it at once unless /usr/sbin/policy-rc.d answers 101. That file is put there for
# the time of the installation and what was there before is restored afterwards, also when the installation fails.

readonly policy_file=/usr/sbin/policy-rc.d

# missing_packages NAME...: those of the names that are not installed, one a line.
missing_packages() {
  local name
  for name in "$@"; do
    # Any architecture's installed version counts; a package that was removed but not purged does not.
    dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || echo "$name"
  done
}

# The part that needs root, as one text, so that sudo is asked exactly once.
readonly install_as_root='
  set -e
  policy=$1
  shift
  saved=
  restore() {
    rm -f "$policy"
    if [ -n "$saved" ]; then mv -f "$saved" "$policy"; fi
  }
  trap restore EXIT
  trap "exit 130" INT TERM HUP
  if [ -e "$policy" ] || [ -L "$policy" ]; then
    saved=$policy.before-vaettir
    mv -f "$policy" "$saved"
  fi
  printf "#!/bin/sh\nexit 101\n" > "$policy"
  chmod 755 "$policy"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
'

# install_packages NAME...: installs what is missing of the names; says so, and fails, where it cannot.
install_packages() {
  local -a missing
  mapfile -t missing < <(missing_packages "$@")
  if [ "${#missing[@]}" -eq 0 ]; then return 0; fi

  if ! command -v apt-get >/dev/null; then
    printf 'These Debian packages (or their like) are needed: %s\n' "${missing[*]}" >&2
    return 1
  fi
  printf 'Installing: %s\n' "${missing[*]}" >&2
  if [ "$(id -u)" -eq 0 ]; then
    bash -c "$install_as_root" install "$policy_file" "${missing[@]}"
  elif command -v sudo >/dev/null && sudo -v; then
    sudo bash -c "$install_as_root" install "$policy_file" "${missing[@]}"
  else
    printf 'Not root, and sudo is not available. Have these packages installed, then run this again:\n' >&2
    printf '  apt-get install --no-install-recommends %s\n' "${missing[*]}" >&2
    return 1
  fi
}
