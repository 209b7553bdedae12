#include "gateway/providers/publisher.h"

#include "base/async/race.h"
#include "base/async/sleep.h"
#include "gateway/middleware/catalog.h"

namespace vaettir::gateway {
namespace {

// Editors and deployments write several files: the last one is waited for.
constexpr Duration kQuiet = std::chrono::milliseconds(100);
// But not for ever: a file that changes all the time is read all the same.
constexpr int kMostQuietRounds = 50;
// Life times of addresses are looked at so often.
constexpr Duration kTargetTick = std::chrono::milliseconds(500);
// Somebody's logo in it is fine, a video is not.
constexpr std::uintmax_t kMostPageBytes = 4 * 1024 * 1024;

// Texts of target pages, and what could not be read.
std::map<std::string, std::string, std::less<>> offline_pages(const routes::RouteTable& table,
                                                              const std::filesystem::path& base,
                                                              schema::Report& report) {
  std::map<std::string, std::string, std::less<>> pages;
  for (const routes::Target& target : table.targets()) {
    if (target.offline_page.empty()) continue;
    const auto path = base / target.offline_page;
    std::error_code problem;
    const auto size = std::filesystem::file_size(path, problem);
    auto text = read_file(path);
    if (text && size <= kMostPageBytes) {
      pages[target.name] = *std::move(text);
      continue;
    }
    report.warning(
        target.at,
        fmt::format("the offline page of target '{}' cannot be used: {} {}; the built-in "
                    "one is shown",
                    target.name, path.string(), text ? "is too large" : "cannot be read"));
  }
  return pages;
}

}  // namespace

struct Publisher::Loaded {
  Whole whole;
  std::map<std::string, std::string, std::less<>> pages;
  std::vector<routes::TargetInput> targets;
};

Publisher::Publisher(Loop& control, Shared& shared, TargetTable& targets,
                     ConfigurationSources sources, const std::filesystem::path& data,
                     BeforePublish before_publish)
    : control_(control),
      shared_(shared),
      targets_(targets),
      inputs_(std::make_shared<const Inputs>(Inputs{std::move(sources), middleware_catalog()})),
      last_good_(data / "last-good"),
      before_publish_(std::move(before_publish)),
      one_at_a_time_(control, 1),
      changed_(control),
      watch_(control, changed_) {}

Result<> Publisher::open() {
  good_ = last_good_.all();
  const Gathered gathered = gather(inputs_->sources, good_, {}, inputs_->middlewares);
  note_watched(gathered);
  if (gathered.environment_error) return std::unexpected(gathered.environment_error->copy());
  for (const std::string& name : gathered.unreadable) {
    if (!good_.contains(name)) {
      return fail(Cause::kBadRequest, fmt::format("{} cannot be read", name));
    }
  }
  targets_.take_environment(gathered.environment);
  Loaded loaded = load(*inputs_, gathered, good_, targets_.inputs());
  if (!loaded.whole.table) return fail(Cause::kBadRequest, loaded.whole.report.render());
  advance(loaded, gathered);
  tell(loaded.whole.report, loaded);
  if (auto kept = last_good_.keep(good_); !kept) {
    shared_.log.warn("last good configuration cannot be kept", kept.error());
  }
  return {};
}

void Publisher::adopt_all(std::vector<Gateway*> gateways) {
  gateways_ = std::move(gateways);
  for (Gateway* each : gateways_) each->adopt(latest());
}

Publisher::Loaded Publisher::load(const Inputs& inputs, const Gathered& gathered,
                                  const GoodTexts& good, std::vector<routes::TargetInput> targets) {
  Loaded loaded;
  loaded.targets = targets;
  loaded.whole = load_whole({.files = gathered.files,
                             .environment = gathered.environment,
                             .middlewares = inputs.middlewares,
                             .targets = std::move(targets),
                             .overrides = inputs.sources.overrides},
                            gathered.unreadable, good);
  if (loaded.whole.table) {
    const auto& main = inputs.sources.main;
    const auto base = main ? main->parent_path() : std::filesystem::path();
    loaded.pages = offline_pages(*loaded.whole.table, base, loaded.whole.report);
  }
  return loaded;
}

std::shared_ptr<const Snapshot> Publisher::advance(Loaded& loaded, const Gathered& gathered) {
  targets_.take_configured(*loaded.whole.table);
  if (before_publish_) before_publish_(*loaded.whole.table, gathered.environment);
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->generation = generation() + 1;
  snapshot->live =
      std::make_shared<const LiveTable>(LiveTable{loaded.whole.table, std::move(loaded.pages),
                                                  observe::Counted(shared_.counters.route_tables)});
  snapshot->targets = targets_.addresses();
  remember(gathered, loaded);
  generation_.store(snapshot->generation, std::memory_order_relaxed);
  shared_.counters.generation.set(static_cast<std::int64_t>(snapshot->generation));
  const std::lock_guard held(lock_);
  latest_ = snapshot;
  report_ = loaded.whole.report;
  environment_ = gathered.environment;
  return snapshot;
}

void Publisher::note_watched(const Gathered& gathered) {
  watched_.watched_files = gathered.watched_files;
  watched_.listed_directories = gathered.listed_directories;
  watched_.watched_directories = gathered.watched_directories;
  watched_.fingerprint = gathered.fingerprint;
  watch_.watch(gathered.watched_directories);
}

void Publisher::remember(const Gathered& gathered, const Loaded& loaded) {
  // What is left out keeps nothing; what fell back keeps the version it fell back to.
  good_ = loaded.whole.in_force;
  newest_.clear();
  for (const auto& file : gathered.files) newest_[file.name] = file.text;
  loaded_targets_ = loaded.targets;
}

Task<ReloadOutcome> Publisher::reload(bool forced) {
  const auto permit = co_await one_at_a_time_.acquire();
  co_return co_await reload_alone(forced);
}

Task<ReloadOutcome> Publisher::reload_alone(bool forced) {
  const auto newest = co_await offload(
      control_, shared_.pool, [inputs = inputs_, good = good_, before = environment()] {
        return std::make_shared<const Gathered>(
            gather(inputs->sources, good, before, inputs->middlewares));
      });
  const Gathered& gathered = *newest;
  note_watched(gathered);
  if (gathered.environment_error) {
    shared_.log.error("environment file cannot be used", *gathered.environment_error);
  }
  targets_.take_environment(gathered.environment);
  ReloadOutcome outcome;
  if (!forced && unchanged(gathered)) {
    co_await hand_out(latest());
    outcome.applied = true;
    outcome.generation = generation();
    co_return outcome;
  }
  const auto read = [inputs = inputs_, newest, good = good_, targets = targets_.inputs()] {
    return load(*inputs, *newest, good, targets);
  };
  Loaded loaded = co_await offload(control_, shared_.pool, read);
  tell(loaded.whole.report, loaded);
  outcome.report = loaded.whole.report;
  if (!loaded.whole.table) {
    shared_.counters.reloads_failed.add();
    co_await hand_out(latest());  // targets may have moved all the same
    outcome.generation = generation();
    co_return outcome;
  }
  const auto snapshot = advance(loaded, gathered);
  co_await hand_out(snapshot);
  shared_.counters.reloads_applied.add();
  auto kept = co_await offload(control_, shared_.pool,
                               [store = last_good_, texts = good_] { return store.keep(texts); });
  if (!kept) shared_.log.warn("last good configuration cannot be kept", kept.error());
  outcome.applied = true;
  outcome.generation = snapshot->generation;
  outcome.fallen_back = loaded.whole.fallen_back;
  outcome.left_out = loaded.whole.left_out;
  co_return outcome;
}

bool Publisher::unchanged(const Gathered& gathered) const {
  if (!gathered.unreadable.empty() || gathered.files.size() != newest_.size()) return false;
  for (const auto& file : gathered.files) {
    const auto known = newest_.find(file.name);
    if (known == newest_.end() || known->second != file.text) return false;
  }
  return gathered.environment == environment() && same_targets();
}

bool Publisher::same_targets() const {
  const auto now = targets_.inputs();
  return std::ranges::equal(now, loaded_targets_, {}, &routes::TargetInput::name,
                            &routes::TargetInput::name);
}

Task<void> Publisher::publish_targets() {
  const auto permit = co_await one_at_a_time_.acquire();
  // A name that came or went has routes of its own.
  if (!same_targets()) {
    (void)co_await reload_alone(true);
    co_return;
  }
  co_await hand_out(latest());
}

std::shared_ptr<const Snapshot> Publisher::latest() const {
  const std::lock_guard held(lock_);
  return latest_;
}

namespace {

// Counts the loops that have taken a snapshot. Messages may come after the wait was cancelled.
struct Acknowledged {
  std::size_t missing = 0;
  Event* all = nullptr;
};

}  // namespace

// The newest addresses go along with every table.
Task<void> Publisher::hand_out(std::shared_ptr<const Snapshot> snapshot) {
  auto addresses = targets_.addresses();
  if (snapshot->targets != addresses) {
    auto fresh = std::make_shared<Snapshot>(*snapshot);
    fresh->targets = std::move(addresses);
    snapshot = std::move(fresh);
    const std::lock_guard held(lock_);
    latest_ = snapshot;
  }
  Event all(control_);
  const auto state = std::make_shared<Acknowledged>(Acknowledged{gateways_.size(), &all});
  const auto forget = [](Acknowledged* waiting) { waiting->all = nullptr; };
  const std::unique_ptr<Acknowledged, decltype(forget)> guard(state.get(), forget);
  for (Gateway* each : gateways_) {
    each->loop().post([each, snapshot, state, back = control_.mailbox()]() mutable {
      each->adopt(std::move(snapshot));
      back->post([state = std::move(state)] {
        if (--state->missing == 0 && state->all != nullptr) state->all->set();
      });
    });
  }
  if (!gateways_.empty()) co_await all.wait();
}

Task<void> Publisher::follow(Duration poll) {
  for (;;) {
    (void)co_await Race{changed_.wait(), sleep(control_, poll)};
    changed_.reset();
    const auto look = [files = watched_.watched_files, directories = watched_.listed_directories] {
      return fingerprint(files, directories);
    };
    std::string now = co_await offload(control_, shared_.pool, look);
    if (now == watched_.fingerprint) continue;
    for (int round = 0; round < kMostQuietRounds; round++) {
      co_await sleep(control_, kQuiet);
      std::string later = co_await offload(control_, shared_.pool, look);
      if (later == now) break;
      now = std::move(later);
    }
    (void)co_await reload(false);
  }
}

Task<void> Publisher::follow_targets() {
  for (;;) {
    co_await sleep(control_, kTargetTick);
    if (targets_.expire()) co_await publish_targets();
  }
}

// Every finding once: what has been told and is still true is not news.
void Publisher::tell(const schema::Report& report, const Loaded& loaded) {
  std::string text = report.render();
  if (text == std::exchange(told_, text)) return;
  for (const schema::Diagnostic& found : report.sorted()) {
    const std::string place = fmt::format("{}:{}:{}", report.source_name(found.at.source),
                                          found.at.line, found.at.column);
    const observe::Fields fields = {{"at", place}, {"hint", found.hint}};
    if (found.severity == schema::Severity::kError) {
      shared_.log.error(found.message, fields);
    } else if (found.severity == schema::Severity::kWarning) {
      shared_.log.warn(found.message, fields);
    } else {
      shared_.log.info(found.message, fields);
    }
  }
  for (const std::string& name : loaded.whole.fallen_back) {
    shared_.log.warn("the last good version of a file is in use", {{"file", name}});
  }
  for (const std::string& name : loaded.whole.left_out) {
    shared_.log.error("a broken file is left out", {{"file", name}});
  }
  if (!loaded.whole.table) shared_.log.error("configuration has errors: nothing is changed");
}

std::shared_ptr<const routes::RouteTable> Publisher::table() const {
  const std::lock_guard held(lock_);
  return latest_ ? latest_->live->table : nullptr;
}

schema::Report Publisher::report() const {
  const std::lock_guard held(lock_);
  return report_;
}

Environment Publisher::environment() const {
  const std::lock_guard held(lock_);
  return environment_;
}

}  // namespace vaettir::gateway
