# Configures and builds a preset. Sourced by scripts; expects the working directory to be the project's root.

# Two sanitizer builds, a debug and a release build of this project fit into this with room for a dozen branches.
export CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-8G}
export CCACHE_DIR=${CCACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ccache}
export CCACHE_COMPRESS=1

# build_preset PRESET [TARGET...]: build/<PRESET>, complete unless targets are named.
build_preset() {
  local preset=$1
  shift
  case $preset in
    dev | release | asan | tsan) ;;
    *)
      printf "unknown preset '%s': dev, release, asan or tsan\n" "$preset" >&2
      return 2
      ;;
  esac
  # A cache that another compiler or another place made is refused by CMake in the middle of a sentence: start anew.
  if [ -f "build/$preset/CMakeCache.txt" ] &&
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" "build/$preset/CMakeCache.txt"; then
    rm -rf "build/$preset"
  fi
  cmake --preset "$preset" >"build/$preset.configure.log" 2>&1 || {
    cat "build/$preset.configure.log" >&2
    return 1
  }
  cmake --build "build/$preset" -- "${@:-all}"
}
mkdir -p build
