// What the operating system gives and tests replace: wall clock, entropy, environment, files.
// Passed in by app/ (or a test); never reached for from inside. Interfaces have no fields; the real
// ones are made by real_*().
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/core/time.h"

namespace vaettir {

// Environment variables as read once at the start (and a watched .env above them): name -> value.
using Environment = std::map<std::string, std::string, std::less<>>;
Environment process_environment();
// Lines NAME=value as docker compose reads them: comments, export, quotes (also over several
// lines), trailing spaces, $NAME and ${NAME:-default} outside of single quotes, looked up in
// `outer` and then in the lines above. Errors: internal, "FILE:LINE: ...", never a value.
Result<Environment> parse_env_file(std::string_view text, std::string_view file_name,
                                   const Environment& outer = {});

class WallClockSource {
 public:
  virtual ~WallClockSource() = default;
  virtual WallTime now() = 0;
};
WallClockSource& real_wall_clock();

class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::span<unsigned char> bytes) = 0;
  // `length` characters of A-Z a-z 0-9, without bias.
  std::string id(std::size_t length);
};
Entropy& real_entropy();

// Whole files. Errors: internal, with path and reason.
Result<std::string> read_file(const std::filesystem::path& path);
// Written beside, fsynced, renamed over: a crash leaves the old content or the new. mode: 0600 for
// secrets.
Result<> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                               unsigned mode = 0644);

}  // namespace vaettir
