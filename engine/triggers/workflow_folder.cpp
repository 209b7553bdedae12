#include "engine/triggers/workflow_folder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <set>
#include <system_error>

#include "base/core/system.h"

namespace vaettir::engine {

WorkflowFolder::Stamp WorkflowFolder::stamp_of(const std::filesystem::path& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {info.st_ctim.tv_sec * 1'000'000'000 + info.st_ctim.tv_nsec, info.st_size, info.st_ino};
}

void WorkflowFolder::read(WorkflowFile& file) {
  file.problem.clear();
  Result<std::string> text = read_file(file.path);
  if (!text) {
    file.problem = text.error().text();
    return;
  }
  Result<std::vector<WorkflowPtr>> workflows = read_workflows(*text, file.path.filename().string());
  if (workflows)
    file.workflows = *std::move(workflows);
  else
    file.problem = workflows.error().text();
}

bool WorkflowFolder::scan() {
  std::error_code error;
  std::set<std::filesystem::path> present;
  std::filesystem::directory_iterator entries(folder_, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const std::filesystem::path& path = entries->path();
    const bool hidden = path.filename().native().starts_with('.');
    std::error_code ignored;
    if (path.extension() == ".json" && !hidden && entries->is_regular_file(ignored))
      present.insert(path);
  }
  const std::string problem =
      error ? fmt::format("{}: {}", folder_.string(), error.message()) : std::string();
  bool changed = problem != problem_;
  problem_ = problem;
  // A folder that is away for a moment (a mount, a checkout) must not stop what runs.
  if (error) return changed;
  changed |=
      std::erase_if(known_, [&](const auto& entry) { return !present.contains(entry.first); }) > 0;
  for (const std::filesystem::path& path : present) {
    const Stamp stamp = stamp_of(path);
    const auto [at, fresh] = known_.try_emplace(path);
    Known& known = at->second;
    if (!fresh && known.stamp == stamp) continue;
    known.file.path = path;
    known.stamp = stamp;
    read(known.file);
    changed = true;
  }
  return changed;
}

std::vector<const WorkflowFile*> WorkflowFolder::files() const {
  std::vector<const WorkflowFile*> files;
  for (const auto& [path, known] : known_) files.push_back(&known.file);
  return files;
}

}  // namespace vaettir::engine
