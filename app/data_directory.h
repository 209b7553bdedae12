// Where a Vaettir keeps what must survive: --data, else VAETTIR_DATA, else /var/lib/vaettir (root,
// or where it may write), else $XDG_DATA_HOME/vaettir. One process per directory: DataLock.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "base/core/result.h"
#include "base/core/system.h"

namespace vaettir::app {

// The directory, absolute. `flag` is the value of --data, empty when it was not given. Nothing is
// created.
std::filesystem::path data_directory(const std::string& flag, const Environment& environment);

// Creates the directory (0700) and its parts, and holds <data>/lock (flock) until destroyed.
// Errors: internal, naming the process that holds it or why it cannot be created.
class DataLock {
 public:
  static Result<DataLock> take(const std::filesystem::path& directory);
  DataLock(DataLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  DataLock& operator=(DataLock&&) = delete;
  ~DataLock();

 private:
  explicit DataLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace vaettir::app
