#include "gateway/targets/target_file.h"

#include "base/core/json.h"
#include "base/core/system.h"

namespace vaettir::gateway {
namespace {

constexpr unsigned kOwnerOnly = 0600;

WallTime time_of(const json::Value& milliseconds) {
  return WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds.number_or(0))));
}

}  // namespace

Result<std::vector<KeptTarget>> read_target_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return std::vector<KeptTarget>();
  TRY(const std::string text, read_file(file));
  auto parsed = json::parse(text);
  if (!parsed)
    return fail(Cause::kInternal, file.string() + ": " + std::string(parsed.error().text()));
  const json::Value& rows = (*parsed)["targets"];
  if (!rows.is_array()) return fail(Cause::kInternal, file.string() + ": has no list of targets");
  std::vector<KeptTarget> targets;
  for (const json::Value& each : rows.elements()) {
    KeptTarget target;
    target.name = each["name"].string_or("");
    target.url = each["url"].string_or("");
    target.since = time_of(each["since_ms"]);
    if (each["ends_ms"].is_number()) target.ends = time_of(each["ends_ms"]);
    if (each["replaced"].is_string()) target.replaced = std::string(each["replaced"].string_or(""));
    if (!target.name.empty() && !target.url.empty()) targets.push_back(std::move(target));
  }
  return targets;
}

Result<> write_target_file(const std::filesystem::path& file,
                           const std::vector<KeptTarget>& targets) {
  std::vector<json::Value> rows;
  for (const KeptTarget& each : targets) {
    json::ObjectBuilder row;
    row.set("name", each.name).set("url", each.url).set("since_ms", epoch_ms(each.since));
    if (each.ends) row.set("ends_ms", epoch_ms(*each.ends));
    if (each.replaced) row.set("replaced", *each.replaced);
    rows.push_back(row.finish());
  }
  json::ObjectBuilder whole;
  whole.set("targets", json::Value::array(std::move(rows)));
  return write_file_atomically(file, json::to_text(whole.finish(), 2) + "\n", kOwnerOnly);
}

}  // namespace vaettir::gateway
