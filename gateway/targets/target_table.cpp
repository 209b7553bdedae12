#include "gateway/targets/target_table.h"

#include "base/core/text.h"
#include "gateway/targets/target_file.h"

namespace vaettir::gateway {
namespace {

// One label of a host name (RFC 1035 section 2.3.4).
constexpr std::size_t kMostNameBytes = 63;
// A life time longer than this is a mistake of units.
constexpr Duration kMostLife = std::chrono::hours(24 * 365);

double seconds_between(WallTime from, WallTime to) {
  return std::max(std::chrono::duration<double>(to - from).count(), 0.0);
}

}  // namespace

std::optional<std::string> target_name(std::string_view text) {
  std::string name = lower(text);
  std::ranges::replace(name, '_', '-');
  if (name.empty() || name.size() > kMostNameBytes) return std::nullopt;
  if (name.front() == '-' || name.back() == '-') return std::nullopt;
  const bool valid = std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  return valid ? std::optional(std::move(name)) : std::nullopt;
}

TargetTable::TargetTable(std::filesystem::path file, WallClockSource& clock, observe::Log& log,
                         OwnAddress own)
    : file_(std::move(file)), clock_(clock), log_(log), own_(std::move(own)) {}

void TargetTable::restore() {
  auto kept = read_target_file(file_);
  if (!kept) {
    log_.warn("targets set by hand cannot be read and are forgotten", kept.error(),
              {{"file", file_.string()}});
    return;
  }
  for (KeptTarget& each : *kept) {
    auto url = routes::parse_target_url(each.url);
    if (!url) continue;
    by_hand_[each.name] = {*std::move(url), each.since, each.ends, std::move(each.replaced)};
  }
  changed();
}

void TargetTable::take_environment(const Environment& environment) {
  std::map<std::string, FromEnvironment, std::less<>> now;
  for (routes::TargetInput& each : routes::targets_from_environment(environment)) {
    const auto before = environment_.find(each.name);
    if (before != environment_.end() && before->second.text == each.url) {
      now.insert(*before);
      continue;
    }
    auto url = routes::parse_target_url(each.url);
    if (url && own_(*url)) {
      url = fail(Cause::kBadRequest, "the address is one of this gateway's own listeners");
    }
    if (!url) {
      log_.warn("target has no usable address", url.error(), {{"target", each.name}});
    }
    now[each.name] = {each.url, url ? std::optional(*url) : std::nullopt, clock_.now()};
  }
  environment_ = std::move(now);
  drop_overtaken();
  changed();
}

void TargetTable::drop_overtaken() {
  bool dropped = false;
  for (auto it = by_hand_.begin(); it != by_hand_.end();) {
    if (environment_value(it->first) == it->second.replaced) {
      ++it;
      continue;
    }
    log_.info("environment has changed: address set by hand is dropped",
              {{"target", it->first}, {"address", it->second.url.text()}});
    it = by_hand_.erase(it);
    dropped = true;
  }
  if (!dropped) return;
  if (auto stored = store(); !stored) log_.error("targets cannot be stored", stored.error());
}

void TargetTable::take_configured(const routes::RouteTable& table) {
  std::map<std::string, FromFile, std::less<>> now;
  for (const routes::Target& each : table.targets()) {
    // A target of the environment or set by hand that no file names.
    if (!each.url && each.source != "file") continue;
    const auto before = configured_.find(each.name);
    const bool same = before != configured_.end() && before->second.url == each.url;
    now[each.name] = {each.url, same ? before->second.since : clock_.now()};
  }
  configured_ = std::move(now);
  changed();
}

Result<> TargetTable::set(std::string_view text, std::string_view address,
                          std::optional<Duration> life) {
  const auto name = target_name(text);
  if (!name) {
    return fail(Cause::kBadRequest,
                fmt::format("'{}' cannot be the name of a target: letters, digits and '-'", text));
  }
  TRY(routes::ServerUrl url, routes::parse_target_url(address));
  if (own_(url)) {
    return fail(Cause::kBadRequest,
                fmt::format("{} is one of this gateway's own listeners", url.text()));
  }
  if (life && (*life <= Duration::zero() || *life > kMostLife)) {
    return fail(Cause::kBadRequest, "the life time must be above 0 and at most a year");
  }
  const WallTime now = clock_.now();
  std::optional<WallTime> ends;
  if (life) ends = now + std::chrono::duration_cast<WallClock::duration>(*life);
  const auto before = by_hand_;
  by_hand_[*name] = {std::move(url), now, ends, environment_value(*name)};
  if (auto stored = store(); !stored) {
    by_hand_ = before;
    return stored;
  }
  changed();
  log_.info("target set", {{"target", *name}, {"address", by_hand_[*name].url.text()}});
  return {};
}

Result<> TargetTable::reset(std::string_view text) {
  const auto name = target_name(text);
  if (!name || !by_hand_.contains(*name)) {
    return fail(Cause::kNoRoute, fmt::format("nothing was set by hand for target '{}'", text));
  }
  auto before = by_hand_.extract(*name);
  if (auto stored = store(); !stored) {
    by_hand_.insert(std::move(before));
    return stored;
  }
  changed();
  log_.info("target reset", {{"target", *name}});
  return {};
}

bool TargetTable::expire() {
  const WallTime now = clock_.now();
  const std::size_t dropped = std::erase_if(by_hand_, [&](const auto& entry) {
    if (!entry.second.ends || *entry.second.ends > now) return false;
    log_.info("life time of an address has ended",
              {{"target", entry.first}, {"address", entry.second.url.text()}});
    return true;
  });
  if (dropped == 0) return false;
  if (auto stored = store(); !stored) log_.error("targets cannot be stored", stored.error());
  changed();
  return true;
}

std::optional<WallTime> TargetTable::next_end() const {
  std::optional<WallTime> next;
  for (const auto& [name, set] : by_hand_) {
    if (set.ends && (!next || *set.ends < *next)) next = set.ends;
  }
  return next;
}

TargetTable::InForce TargetTable::in_force(std::string_view name) const {
  if (const auto set = by_hand_.find(name); set != by_hand_.end()) {
    return {&set->second.url, "admin", set->second.since, set->second.ends};
  }
  if (const auto given = environment_.find(name);
      given != environment_.end() && given->second.url) {
    return {&*given->second.url, "environment", given->second.since, {}};
  }
  if (const auto written = configured_.find(name); written != configured_.end()) {
    return {
        written->second.url ? &*written->second.url : nullptr, "file", written->second.since, {}};
  }
  return {};
}

std::vector<std::string> TargetTable::names() const {
  std::set<std::string> all;
  for (const auto& [name, unused] : by_hand_) all.insert(name);
  for (const auto& [name, unused] : environment_) all.insert(name);
  for (const auto& [name, unused] : configured_) all.insert(name);
  return {all.begin(), all.end()};
}

std::optional<std::string> TargetTable::environment_value(std::string_view name) const {
  const auto found = environment_.find(name);
  return found == environment_.end() ? std::nullopt : std::optional(found->second.text);
}

std::shared_ptr<const TargetAddresses> TargetTable::addresses() {
  if (published_) return published_;
  TargetAddresses now;
  for (const std::string& name : names()) {
    const InForce current = in_force(name);
    if (current.url == nullptr) continue;
    const auto before = latest_.find(name);
    const bool same = before != latest_.end() && before->second.url == *current.url;
    now[name] = {*current.url, same ? before->second.health : std::make_shared<TargetHealth>()};
  }
  latest_ = std::move(now);
  published_ = std::make_shared<const TargetAddresses>(latest_);
  return published_;
}

std::vector<routes::TargetInput> TargetTable::inputs() const {
  std::vector<routes::TargetInput> all;
  for (const std::string& name : names()) {
    const bool outside = by_hand_.contains(name) || environment_.contains(name);
    if (!outside) continue;
    const InForce current = in_force(name);
    all.push_back({name, current.url != nullptr ? current.url->text() : std::string(),
                   current.url != nullptr ? std::string(current.source) : "environment"});
  }
  return all;
}

std::shared_ptr<TargetHealth> TargetTable::health_of(std::string_view name) const {
  const auto found = latest_.find(name);
  return found == latest_.end() ? nullptr : found->second.health;
}

json::Value TargetTable::row(const std::string& name) const {
  const InForce current = in_force(name);
  json::ObjectBuilder out;
  out.set("name", name);
  out.set("url", current.url != nullptr ? json::Value(current.url->text()) : json::Value(nullptr));
  out.set("source", current.source);
  out.set("age_seconds", seconds_between(current.since, clock_.now()));
  const auto health = health_of(name);
  const std::optional<Cause> down = health ? health->down() : std::nullopt;
  out.set("state", down ? "down" : health && health->asked() ? "up" : "unknown");
  if (down) out.set("cause", facts(*down).name);
  if (health && health->last_success.load() != 0) {
    out.set("last_success",
            iso_text(WallTime(std::chrono::milliseconds(health->last_success.load()))));
  }
  if (current.ends) out.set("expires", iso_text(*current.ends));
  return out.finish();
}

json::Value TargetTable::listed() const {
  std::vector<json::Value> rows;
  for (const std::string& name : names()) rows.push_back(row(name));
  return json::Value::array(std::move(rows));
}

json::Value TargetTable::listed(std::string_view text) const {
  const auto name = target_name(text);
  if (!name) return {};
  const auto all = names();
  return std::ranges::find(all, *name) == all.end() ? json::Value() : row(*name);
}

Result<> TargetTable::store() const {
  std::vector<KeptTarget> kept;
  for (const auto& [name, set] : by_hand_) {
    kept.push_back({name, set.url.text(), set.since, set.ends, set.replaced});
  }
  return write_target_file(file_, kept);
}

}  // namespace vaettir::gateway
