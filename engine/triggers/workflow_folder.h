// WorkflowFolder: the .json files of one folder as workflows, looked at again and again. A file is
// read when it is new or changed; one that cannot be read any more keeps the version it had. Used
// by one thread at a time; it waits for the disk, so not on a loop.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/model/workflow.h"

namespace vaettir::engine {

struct WorkflowFile {
  std::filesystem::path path;
  std::vector<WorkflowPtr> workflows;  // of its last readable version
  std::string problem;                 // why it cannot be read; empty: it can
};

class WorkflowFolder {
 public:
  explicit WorkflowFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // true: something is different from the last time.
  bool scan();
  // In order of their names.
  std::vector<const WorkflowFile*> files() const;
  // Why the folder itself cannot be read; empty: it can. Its files stay as they were.
  const std::string& problem() const { return problem_; }

 private:
  // Different as soon as anybody wrote to the file or replaced it.
  struct Stamp {
    std::int64_t changed_ns = 0;
    std::int64_t bytes = -1;
    std::uint64_t inode = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  struct Known {
    WorkflowFile file;
    Stamp stamp;
  };
  static Stamp stamp_of(const std::filesystem::path& path);
  static void read(WorkflowFile& file);

  const std::filesystem::path folder_;
  std::map<std::filesystem::path, Known> known_;
  std::string problem_;
};

}  // namespace vaettir::engine
