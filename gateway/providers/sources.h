// What the configuration is read from: the main file, the route files that its providers.file
// names, the watched .env, and which paths to look at for changes. Blocking file access: called in
// open() and on the pool. No state.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "base/core/system.h"
#include "gateway/server/edge.h"
#include "routes/load.h"

namespace vaettir::gateway {

// Source name -> text of its last good version.
using GoodTexts = std::map<std::string, std::string, std::less<>>;

struct Gathered {
  std::vector<routes::SourceFile> files;  // the main file first, then by name
  std::vector<std::string> unreadable;    // names among them whose text could not be read
  Environment environment;
  std::optional<Error> environment_error;  // then `environment` is the one before
  std::vector<std::filesystem::path> watched_files;
  std::vector<std::filesystem::path> listed_directories;   // where new files count
  std::vector<std::filesystem::path> watched_directories;  // where to be told of changes at once
  std::string fingerprint;  // of files and listed directories, from before they were read
};

// `before`: the environment to stay with where the .env file is broken.
Gathered gather(const ConfigurationSources& sources, const GoodTexts& good,
                const Environment& before, const schema::Catalog& middlewares);

// Changes when a file is written, replaced, created or removed.
std::string fingerprint(const std::vector<std::filesystem::path>& files,
                        const std::vector<std::filesystem::path>& directories);

}  // namespace vaettir::gateway
