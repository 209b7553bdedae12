#include "engine/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <thread>
#include <utility>

#include "base/core/text.h"
#include "base/http/client.h"
#include "base/observe/log.h"
#include "engine/executor/version_cache.h"
#include "engine/executor/worker.h"
#include "engine/store/execution_store.h"
#include "engine/triggers/activation.h"
#include "engine/triggers/webhook.h"
#include "engine/triggers/workflow_folder.h"

namespace vaettir::engine {
namespace {

// Between two looks at the folder: what people who save a file call "at once".
constexpr std::chrono::seconds kLookEvery{1};
// Loops that are busy for longer than this are broken; rescan() does not wait for them for ever.
constexpr std::chrono::seconds kLongestPublication{5};
constexpr std::chrono::milliseconds kPoll{5};

std::string setting(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

// Scheme and port are those of the entry point, the name is the one people use.
std::string public_base(const Environment& environment, std::string given) {
  for (const std::string_view name : {"WEBHOOK_URL", "N8N_WEBHOOK_URL"}) {
    std::string url = setting(environment, name);
    while (url.ends_with('/')) url.pop_back();
    if (!url.empty()) return url;
  }
  const std::string host = setting(environment, "N8N_HOST");
  const std::size_t authority = given.find("://");
  if (host.empty() || authority == std::string::npos) return given;
  const std::size_t port = given.find(':', authority + 3);
  const std::string behind = port == std::string::npos ? "" : given.substr(port);
  return given.substr(0, authority + 3) + host + behind;
}

Result<WorkerLimits> worker_limits(const Environment& environment, std::size_t workers) {
  WorkerLimits limits;
  const std::string concurrency = setting(environment, "N8N_CONCURRENCY_PRODUCTION_LIMIT");
  if (concurrency.empty()) return limits;
  const auto number = parse_integer(concurrency);
  if (!number)
    return fail(Cause::kBadRequest,
                fmt::format("N8N_CONCURRENCY_PRODUCTION_LIMIT must be a number or -1, not '{}'",
                            concurrency));
  if (*number > 0)
    limits.running = std::max<std::size_t>(1, static_cast<std::size_t>(*number) / workers);
  return limits;
}

}  // namespace

struct Engine::State {
  State(EngineOptions given, ExecutionDefaults policy)
      : options(std::move(given)),
        defaults(policy),
        versions(catalog, defaults),
        folder(options.workflows) {
    if (options.clock == nullptr) options.clock = &real_wall_clock();
    if (options.entropy == nullptr) options.entropy = &real_entropy();
  }

  Result<> set_up();
  void make_worker(Loop& loop, const WorkerLimits& limits);
  void look(std::shared_ptr<std::latch> applied, bool always);
  std::vector<const WorkflowFile*> files_in_order() const;
  void apply(const Activation& activation);
  void report(const Activation& activation);
  void resume_unfinished();
  void follow();
  void stop_following();

  EngineOptions options;
  const ExecutionDefaults defaults;
  const Catalog catalog;
  VersionCache versions;
  WorkflowFolder folder;
  std::unique_ptr<ExecutionStore> store;
  std::vector<std::unique_ptr<http::FetchClient>> clients;
  std::vector<std::unique_ptr<Worker>> workers;
  std::unique_ptr<WebhookService> service;

  std::mutex looking;       // one at a time looks at the folder
  mutable std::mutex lock;  // what follows
  std::vector<WorkflowStatus> status;
  bool stopping = false;
  std::condition_variable changed;
  std::thread follower;
};

void Engine::State::make_worker(Loop& loop, const WorkerLimits& limits) {
  clients.push_back(std::make_unique<http::FetchClient>(loop));
  ExecutionWorld world{
      .loop = loop,
      .services = NodeServices{.loop = loop,
                               .clock = *options.clock,
                               .entropy = *options.entropy,
                               .targets = options.directory ? options.directory(loop) : nullptr,
                               .client = clients.back().get(),
                               .environment = visible_environment(options.environment)},
      .store = *store,
      .clock = *options.clock,
      .log = options.log,
      .observers = {},
      .byte_budget = limits.execution_bytes};
  workers.push_back(std::make_unique<Worker>(
      std::move(world), limits, versions, fmt::format("{}/{}", store->process(), workers.size())));
}

Result<> Engine::State::set_up() {
  constexpr std::size_t kProcessNameLength = 12;  // two processes never meet in one of 10^21
  const std::filesystem::path file =
      options.data.empty() ? std::filesystem::path() : options.data / "store.db";
  TRY(store, ExecutionStore::open(file, options.entropy->id(kProcessNameLength)));
  TRY(WebhookSettings settings, webhook_settings(options.environment));
  const std::vector<Loop*>& loops =
      options.engine_loops.empty() ? options.edge_loops : options.engine_loops;
  TRY(const WorkerLimits limits, worker_limits(options.environment, loops.size()));
  std::vector<Worker*> all;
  for (Loop* loop : loops) {
    make_worker(*loop, limits);
    TRY(const ExecutionId first, store->reserve_ids_now(ExecutionIds::kBlock));
    workers.back()->ids_begin_with(first);
    all.push_back(workers.back().get());
  }
  service =
      std::make_unique<WebhookService>(std::move(settings), options.edge_loops, std::move(all));
  return {};
}

// Those that are active come first: a new file does not take a webhook away from them.
std::vector<const WorkflowFile*> Engine::State::files_in_order() const {
  std::vector<const WorkflowFile*> first, others;
  const std::lock_guard held(lock);
  for (const WorkflowFile* file : folder.files()) {
    const bool active = std::ranges::any_of(status, [&](const WorkflowStatus& known) {
      return known.active && known.file == file->path.string();
    });
    (active ? first : others).push_back(file);
  }
  first.insert(first.end(), others.begin(), others.end());
  return first;
}

// Reads what changed and publishes it; `applied` counts down for each edge loop in any case.
void Engine::State::look(std::shared_ptr<std::latch> applied, bool always) {
  const std::lock_guard one_at_a_time(looking);
  const bool changed = !options.workflows.empty() && folder.scan();
  if (!changed && !always) return;
  const Activation activation = activate(files_in_order(), versions);
  std::vector<WorkflowPtr> active;
  for (const Activated& each : activation.workflows)
    if (each.workflow) active.push_back(each.workflow->prepared->workflow_ptr());
  const Result<> kept = store->keep_versions(std::move(active), epoch_ms(options.clock->now()));
  if (!kept && options.log != nullptr)
    options.log->error("workflow versions cannot be stored", kept.error());
  if (changed) report(activation);
  apply(activation);
  service->publish(activation.table, std::move(applied));
}

void Engine::State::apply(const Activation& activation) {
  std::vector<WorkflowStatus> all;
  for (const Activated& each : activation.workflows) {
    WorkflowStatus one{.file = each.file,
                       .id = each.id,
                       .name = each.name,
                       .active = each.workflow != nullptr,
                       .webhooks = {},
                       .problems = each.problems};
    for (const WebhookPtr& webhook : each.webhooks)
      one.webhooks.push_back(
          fmt::format("{} {}", webhook->setup.method, service->url(webhook->setup.path)));
    all.push_back(std::move(one));
  }
  if (!folder.problem().empty())
    all.push_back({.file = options.workflows.string(),
                   .id = {},
                   .name = options.workflows.filename().string(),
                   .active = false,
                   .webhooks = {},
                   .problems = {folder.problem()}});
  std::ranges::sort(all, {}, &WorkflowStatus::file);
  const std::lock_guard held(lock);
  status = std::move(all);
}

// What is new since the last look.
void Engine::State::report(const Activation& activation) {
  if (options.log == nullptr) return;
  if (!folder.problem().empty())
    options.log->error("the workflow folder cannot be read", {{"error", folder.problem()}});
  const std::lock_guard held(lock);
  for (const Activated& each : activation.workflows) {
    const bool known = std::ranges::any_of(status, [&](const WorkflowStatus& before) {
      return before.file == each.file && before.id == each.id && before.problems == each.problems;
    });
    if (known) continue;
    for (const std::string& problem : each.problems)
      options.log->warn(each.workflow ? "workflow has a problem" : "workflow is not active",
                        {{"file", each.file}, {"workflow", each.name}, {"error", problem}});
    if (each.workflow)
      options.log->debug("workflow is active", {{"file", each.file}, {"workflow", each.name}});
  }
}

// What an earlier process left: new rows run, running ones resume or end as crashed.
void Engine::State::resume_unfinished() {
  const Result<std::vector<ExecutionId>> ids = store->unfinished();
  if (!ids) {
    if (options.log != nullptr)
      options.log->error("unfinished executions cannot be read", ids.error());
    return;
  }
  if (!ids->empty() && options.log != nullptr)
    options.log->info("unfinished executions are taken up", {{"count", ids->size()}});
  for (std::size_t at = 0; at < ids->size(); ++at)
    workers[at % workers.size()]->post_stored((*ids)[at]);
}

void Engine::State::follow() {
  std::unique_lock held(lock);
  while (!changed.wait_for(held, kLookEvery, [this] { return stopping; })) {
    held.unlock();
    look(nullptr, false);
    held.lock();
  }
}

void Engine::State::stop_following() {
  {
    const std::lock_guard held(lock);
    stopping = true;
  }
  changed.notify_all();
  if (follower.joinable()) follower.join();
}

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}

Engine::~Engine() { state_->stop_following(); }

Result<std::unique_ptr<Engine>> Engine::open(EngineOptions options) {
  if (options.edge_loops.empty())
    return fail(Cause::kInternal, "an engine needs the loops that serve its webhooks");
  TRY(const ExecutionDefaults defaults, execution_defaults(options.environment));
  auto state = std::make_unique<State>(std::move(options), defaults);
  TRY_OK(state->set_up());
  return std::unique_ptr<Engine>(new Engine(std::move(state)));
}

void Engine::start(std::string webhook_base) {
  state_->service->base_is(public_base(state_->options.environment, std::move(webhook_base)));
  state_->look(nullptr, true);
  state_->resume_unfinished();
  if (!state_->options.workflows.empty())
    state_->follower = std::thread([state = state_.get()] { state->follow(); });
}

void Engine::rescan() {
  auto applied =
      std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(state_->service->loops()));
  state_->look(applied, true);
  const Deadline limit = Clock::now() + kLongestPublication;
  while (!applied->try_wait() && Clock::now() < limit) std::this_thread::sleep_for(kPoll);
}

http::Service& Engine::webhooks() { return *state_->service; }

std::vector<WorkflowStatus> Engine::status() const {
  const std::lock_guard held(state_->lock);
  return state_->status;
}

Result<std::vector<ExecutionStatus>> Engine::executions(std::size_t limit) const {
  TRY(const std::vector<ExecutionRow> rows, state_->store->recent(limit));
  std::vector<ExecutionStatus> out;
  for (const ExecutionRow& row : rows)
    out.push_back({.id = std::to_string(row.id),
                   .workflow_id = row.workflow_id,
                   .status = row.status,
                   .mode = row.mode,
                   .last_node = row.last_node,
                   .error = row.error});
  return out;
}

std::size_t Engine::running() const {
  std::size_t count = 0;
  for (const auto& worker : state_->workers) count += worker->running();
  return count;
}

std::size_t Engine::waiting() const {
  std::size_t count = 0;
  for (const auto& worker : state_->workers) count += worker->waiting();
  return count;
}

void Engine::stop(Duration grace) {
  state_->stop_following();
  state_->service->refuse_new();
  for (const auto& worker : state_->workers) worker->refuse_new();
  const auto wait_until = [this](Deadline limit) {
    while (running() + waiting() > 0 && Clock::now() < limit) std::this_thread::sleep_for(kPoll);
  };
  wait_until(Clock::now() + grace);
  if (running() > 0 && state_->options.log != nullptr)
    state_->options.log->warn("executions are interrupted and resume at the next start",
                              {{"count", running()}});
  for (const auto& worker : state_->workers) worker->cancel_all();
  wait_until(Clock::now() + kLongestPublication);
}

}  // namespace vaettir::engine
