// Where real workflow files lie that are not part of the repository (VAETTIR_CORPUS). Tests that
// need them are skipped, with the reason printed, where they are missing.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "base/core/json.h"
#include "base/core/system.h"

namespace vaettir::engine {

inline std::optional<std::filesystem::path> corpus() {
  const char* path = std::getenv("VAETTIR_CORPUS");
  if (path == nullptr || !std::filesystem::is_directory(path)) return std::nullopt;
  return path;
}

inline std::string contents(const std::filesystem::path& path) {
  Result<std::string> text = read_file(path);
  EXPECT_TRUE(text.has_value()) << path;
  return text.value_or("");
}

}  // namespace vaettir::engine

#define SKIP_WITHOUT_CORPUS()                                                         \
  if (!::vaettir::engine::corpus()) {                                                 \
    GTEST_SKIP() << "VAETTIR_CORPUS does not name a folder with real workflow files"; \
  }
