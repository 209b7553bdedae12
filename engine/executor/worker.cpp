#include "engine/executor/worker.h"

#include <utility>

#include "base/async/sleep.h"
#include "base/observe/log.h"
#include "engine/executor/error_value.h"
#include "engine/queue/crash_rules.h"

namespace vaettir::engine {

// Holds one running execution, and lets the next one in when it has ended.
class Worker::Running {
 public:
  explicit Running(Worker& worker) : worker_(worker) { ++worker_.running_; }
  Running(const Running&) = delete;
  ~Running() {
    if (execution_) worker_.executions_.erase(execution_->id());
    execution_.reset();
    --worker_.running_;
    // Through the ready list: an execution that ends at once must not begin the next one inside
    // itself.
    if (!worker_.queue_.empty() && !worker_.dispatch_.linked())
      worker_.world_.loop.ready(worker_.dispatch_);
  }
  Execution& begin(ExecutionStart start) {
    execution_ = std::make_unique<Execution>(worker_.world_, std::move(start));
    worker_.executions_.emplace(execution_->id(), execution_.get());
    return *execution_;
  }

 private:
  Worker& worker_;
  std::unique_ptr<Execution> execution_;
};

Worker::Worker(ExecutionWorld world, WorkerLimits limits, VersionSource& versions,
               std::string owner)
    : world_(std::move(world)),
      limits_(limits),
      versions_(versions),
      owner_(std::move(owner)),
      ids_(world_.loop, world_.store) {}

Worker::~Worker() {
  queue_.clear();
  scope_.clear();
}

Taken Worker::post(Trigger& trigger, const Loop& from) {
  if (stopping_.load(std::memory_order_relaxed)) return Taken::kStopping;
  if (waiting_.fetch_add(1, std::memory_order_relaxed) >= limits_.mailbox) {
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    return Taken::kFull;
  }
  if (&from == &world_.loop)
    accept(std::move(trigger));
  else
    world_.loop.post([this, taken = std::move(trigger)]() mutable { accept(std::move(taken)); });
  return Taken::kYes;
}

void Worker::post_stored(ExecutionId id) {
  waiting_.fetch_add(1, std::memory_order_relaxed);
  world_.loop.post([this, id] { accept_stored(id); });
}

void Worker::refuse_new() {
  stopping_.store(true, std::memory_order_relaxed);
  world_.loop.post([this] {
    // Those from the store stay in the store.
    for (Job& job : queue_)
      if (Trigger* trigger = std::get_if<Trigger>(&job); trigger != nullptr && trigger->caller)
        trigger->caller->refuse(Error(Cause::kShuttingDown));
    waiting_.fetch_sub(queue_.size(), std::memory_order_relaxed);
    queue_.clear();
  });
}

void Worker::cancel_all() {
  world_.loop.post([this] { scope_.clear(); });
}

void Worker::cancel(ExecutionId id) {
  world_.loop.post([this, id] {
    if (const auto found = executions_.find(id); found != executions_.end())
      found->second->cancel();
  });
}

void Worker::accept(Trigger trigger) {
  if (stopping_.load(std::memory_order_relaxed)) {
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    if (trigger.caller) trigger.caller->refuse(Error(Cause::kShuttingDown));
    return;
  }
  if (running_.load(std::memory_order_relaxed) < limits_.running) return begin(std::move(trigger));
  // Whoever is answered at once need not wait for a free place: the store keeps the promise.
  if (trigger.caller && trigger.caller->mode() == ResponseMode::kOnReceived)
    return scope_.spawn(store_for_later(std::move(trigger)));
  queue_.emplace_back(std::move(trigger));
}

void Worker::accept_stored(ExecutionId id) {
  if (stopping_.load(std::memory_order_relaxed)) {
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  if (running_.load(std::memory_order_relaxed) < limits_.running) return begin(id);
  queue_.emplace_back(id);
}

void Worker::dispatch() {
  while (!queue_.empty() && running_.load(std::memory_order_relaxed) < limits_.running) {
    Job job = std::move(queue_.front());
    queue_.pop_front();
    begin(std::move(job));
  }
}

void Worker::begin(Job job) {
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  if (!renewing_) {
    renewing_ = true;
    scope_.spawn(renew_leases());
  }
  if (Trigger* trigger = std::get_if<Trigger>(&job))
    scope_.spawn(run(std::move(*trigger)));
  else
    scope_.spawn(resume(std::get<ExecutionId>(job)));
}

Lease Worker::new_lease() const {
  const auto lease = std::chrono::duration_cast<std::chrono::milliseconds>(limits_.lease).count();
  return {owner_, epoch_ms(world_.clock.now()) + lease};
}

NewExecution Worker::new_row(const Trigger& trigger) const {
  return {.workflow_id = trigger.workflow->workflow().id(),
          .workflow_version = trigger.workflow->workflow().version_id(),
          .mode = trigger.mode,
          .created_ms = epoch_ms(world_.clock.now()),
          .claimed = new_lease()};
}

Task<void> Worker::run(Trigger trigger) {
  Running running(*this);
  const Result<ExecutionId> id = co_await ids_.next();
  if (!id) {
    if (trigger.caller) trigger.caller->refuse(id.error().copy());
    co_return;
  }
  NewExecution row = new_row(trigger);
  co_await running
      .begin(ExecutionStart{.id = *id,
                            .attempt = 1,
                            .workflow = std::move(trigger.workflow),
                            .mode = std::move(trigger.mode),
                            .begin = std::move(trigger.begin),
                            .state = std::nullopt,
                            .create = std::move(row),
                            .next_sequence = 0,
                            .start_output = 0,
                            .caller = std::move(trigger.caller)})
      .run();
}

// The answer says that it is accepted; it is claimed like any other when there is room.
Task<void> Worker::store_for_later(Trigger trigger) {
  const Result<ExecutionId> id = co_await ids_.next();
  Result<Written> written = Written::kDone;
  if (id) {
    NewExecution row = new_row(trigger);
    row.claimed.reset();
    Journal journal(world_.loop, world_.store, *id, 0, std::move(row), 0);
    journal.begin(trigger.begin);
    written = co_await journal.commit();
  }
  if (!id || !written) {
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    trigger.caller->refuse(id ? written.error().copy() : id.error().copy());
    co_return;
  }
  std::exchange(trigger.caller, nullptr)->accepted();
  if (stopping_.load(std::memory_order_relaxed)) {
    waiting_.fetch_sub(1, std::memory_order_relaxed);  // the next start takes it up
    co_return;
  }
  queue_.emplace_back(*id);
  dispatch();
}

Task<void> Worker::resume(ExecutionId id) {
  Running running(*this);
  Result<std::optional<ClaimedExecution>> claim =
      co_await world_.store.claim(world_.loop, id, new_lease(), epoch_ms(world_.clock.now()));
  if (!claim) {
    if (world_.log != nullptr)
      world_.log->error("execution cannot be claimed", claim.error(), {{"execution", id}});
    co_return;
  }
  if (!*claim) co_return;  // another worker was first, or it has ended
  const ClaimedExecution& claimed = **claim;
  const Result<LoadedWorkflowPtr> workflow = versions_.find(claimed);
  if (!workflow)
    co_return co_await end_crashed(id, claimed.attempt, claimed.journal.size(), "",
                                   std::string(workflow.error().text()));
  Result<Recovered> recovered = recover((*workflow)->graph, claimed.journal);
  if (!recovered)
    co_return co_await end_crashed(id, claimed.attempt, claimed.journal.size(), "",
                                   std::string(recovered.error().text()));
  const Workflow& about = (*workflow)->workflow();
  if (std::optional<std::string> reason = reason_to_crash(claimed, *recovered, about)) {
    const Entry* current = recovered->state.current();
    co_return co_await end_crashed(id, claimed.attempt, recovered->next_sequence,
                                   current != nullptr ? about.node(current->node).name : "",
                                   *std::move(reason));
  }
  co_await running
      .begin(ExecutionStart{.id = id,
                            .attempt = claimed.attempt,
                            .workflow = *workflow,
                            .mode = claimed.mode,
                            .begin = std::nullopt,
                            .state = std::move(recovered->state),
                            .create = std::nullopt,
                            .next_sequence = recovered->next_sequence,
                            .start_output = recovered->start_output,
                            .caller = nullptr})
      .run();
}

Task<void> Worker::end_crashed(ExecutionId id, std::uint32_t attempt, std::uint64_t sequence,
                               std::string node, std::string reason) {
  if (world_.log != nullptr)
    world_.log->error("execution crashed", {{"execution", id}, {"node", node}, {"error", reason}});
  Journal journal(world_.loop, world_.store, id, attempt, std::nullopt, sequence);
  const Result<Written> written =
      co_await journal.close({.status = std::string(kStatusCrashed),
                              .last_node = std::move(node),
                              .error = std::move(reason),
                              .stopped_ms = epoch_ms(world_.clock.now()),
                              .discard = false});
  if (!written && world_.log != nullptr)
    world_.log->error("the end of an execution cannot be stored", written.error(),
                      {{"execution", id}});
}

// All leases of this worker at once; ends with the worker.
Task<void> Worker::renew_leases() {
  while (true) {
    co_await sleep(world_.loop, limits_.renewal);
    if (executions_.empty()) continue;
    const Result<> renewed = co_await world_.store.renew(world_.loop, new_lease());
    if (!renewed && world_.log != nullptr)
      world_.log->error("leases cannot be renewed", renewed.error());
  }
}

}  // namespace vaettir::engine
