// <data>/targets.json: the addresses set by hand, so that they survive a restart. Pure but for the
// file.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "base/core/time.h"

namespace vaettir::gateway {

struct KeptTarget {
  std::string name;
  std::string url;
  WallTime since;
  std::optional<WallTime> ends;
  std::optional<std::string> replaced;  // the environment's value when it was set
};

// No file: none. Errors: internal, naming the file and what is wrong with it.
Result<std::vector<KeptTarget>> read_target_file(const std::filesystem::path& file);
// Atomically, readable by the owner alone. Errors: internal.
Result<> write_target_file(const std::filesystem::path& file,
                           const std::vector<KeptTarget>& targets);

}  // namespace vaettir::gateway
