#include "gateway/providers/whole.h"

namespace vaettir::gateway {
namespace {

using Role = routes::SourceFile::Role;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// Replaces or removes what the report calls broken; false: nothing could be done.
bool retreat(std::vector<routes::SourceFile>& files, const schema::Report& report,
             const GoodTexts& good, Whole& whole) {
  bool changed = false;
  std::vector<routes::SourceFile> kept;
  for (std::size_t i = 0; i < files.size(); i++) {
    routes::SourceFile& file = files[i];
    if (!report.broken(static_cast<schema::SourceId>(i))) {
      kept.push_back(std::move(file));
      continue;
    }
    const auto known = good.find(file.name);
    if (known != good.end() && known->second != file.text) {
      whole.fallen_back.push_back(file.name);
      file.text = known->second;
      kept.push_back(std::move(file));
      changed = true;
    } else if (file.role == Role::kRoutes) {
      std::erase(whole.fallen_back, file.name);
      whole.left_out.push_back(file.name);
      changed = true;
    } else {
      kept.push_back(std::move(file));
    }
  }
  files = std::move(kept);
  return changed;
}

}  // namespace

Whole load_whole(routes::LoadInput input, const std::vector<std::string>& unreadable,
                 const GoodTexts& good) {
  Whole whole;
  for (const std::string& name : unreadable) {
    if (good.contains(name)) whole.fallen_back.push_back(name);
  }
  bool first = true;
  for (;;) {
    routes::LoadResult result = routes::load(input);
    if (std::exchange(first, false)) whole.report = result.report;
    if (result.table) {
      whole.table = std::move(result.table);
      break;
    }
    if (!retreat(input.files, result.report, good, whole)) return whole;
  }
  for (const std::string& name : unreadable) {
    whole.report.warning(
        {},
        fmt::format("{} cannot be read{}", name,
                    contains(whole.fallen_back, name) ? ": its last good version is in use" : ""));
  }
  for (routes::SourceFile& file : input.files) {
    whole.in_force[file.name] = std::move(file.text);
  }
  return whole;
}

}  // namespace vaettir::gateway
