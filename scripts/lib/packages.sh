# The Debian 12 packages of this project, one list per purpose. Sourced by scripts; nothing is installed here.

# To compile and link every preset, unit tests and fuzzers included (they share the compiler's run-time library).
packages_to_build=(
  clang-19 lld-19 libclang-rt-19-dev cmake ninja-build ccache pkg-config
  libevent-dev libssl-dev libsimdjson-dev libyaml-cpp-dev libfmt-dev
  libcurl4-openssl-dev libsqlite3-dev libre2-dev zlib1g-dev libzstd-dev libcli11-dev
  libgtest-dev libgmock-dev
)

# To run what was built.
packages_to_run=(ca-certificates tzdata curl)

# To run the whole test suite; llvm-19 has the symbolizer that turns addresses in a sanitizer's report into lines.
packages_to_test=(python3 curl openssl git llvm-19)

# To measure against nginx. The server is installed, never started as a service.
packages_to_bench=(nginx-light wrk strace openssl util-linux python3)
