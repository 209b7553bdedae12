#include "gateway/providers/last_good.h"

#include <sys/stat.h>

#include "base/core/text.h"

namespace vaettir::gateway {
namespace {

namespace fs = std::filesystem;
constexpr unsigned kOwnerOnly = 0600;
constexpr mode_t kOwnerOnlyDirectory = 0700;

}  // namespace

// The whole name, so that it can be read back; slashes and dots are escaped.
fs::path LastGood::path_for(std::string_view name) const {
  return directory_ / percent_encode(name);
}

std::optional<std::string> LastGood::text(std::string_view name) const {
  auto text = read_file(path_for(name));
  return text ? std::optional(*std::move(text)) : std::nullopt;
}

GoodTexts LastGood::all() const {
  GoodTexts texts;
  std::error_code problem;
  for (fs::directory_iterator entries(directory_, problem);
       !problem && entries != fs::directory_iterator(); entries.increment(problem)) {
    const auto name = percent_decode(entries->path().filename().string());
    if (!name) continue;
    if (auto content = text(*name)) texts[*name] = *std::move(content);
  }
  return texts;
}

Result<> LastGood::keep(const GoodTexts& texts) const {
  std::error_code problem;
  fs::create_directories(directory_, problem);
  ::chmod(directory_.c_str(), kOwnerOnlyDirectory);
  const GoodTexts before = all();
  for (const auto& [name, content] : texts) {
    const auto known = before.find(name);
    if (known != before.end() && known->second == content) continue;
    TRY_OK(write_file_atomically(path_for(name), content, kOwnerOnly));
  }
  for (const auto& [name, unused] : before) {
    if (!texts.contains(name)) fs::remove(path_for(name), problem);
  }
  return {};
}

}  // namespace vaettir::gateway
