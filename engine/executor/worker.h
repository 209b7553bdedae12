// Worker: runs executions on one loop: takes triggers from a bounded mailbox, claims stored
// executions, renews their leases, and holds the tasks. The engine owns one for each engine loop;
// made before the loop runs, destroyed after it has ended. Members say which thread may call.
#pragma once
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <variant>

#include "base/async/loop.h"
#include "base/async/scope.h"
#include "engine/executor/execution.h"
#include "engine/executor/trigger.h"
#include "engine/store/execution_ids.h"
#include "engine/store/execution_store.h"

namespace vaettir::engine {

struct WorkerLimits {
  // Triggers that wait for their turn. At 20,000 a second they are gone in 50 ms; with more of them
  // a caller is better served by an honest 503.
  std::size_t mailbox = 1024;
  // Executions at work at once: most of them wait for a service. Each costs some tens of KiB.
  std::size_t running = 1000;
  // What the items of one execution may hold.
  std::size_t execution_bytes = std::size_t{256} << 20;
  Duration lease = std::chrono::seconds(30);
  Duration renewal = std::chrono::seconds(10);
};

// Finds the version of a workflow that a stored execution was begun with. On the asking loop.
class VersionSource {
 public:
  virtual ~VersionSource() = default;
  // Errors (internal, bad_request): the version cannot be read or run.
  virtual Result<LoadedWorkflowPtr> find(const ClaimedExecution& claimed) = 0;
};

enum class Taken : std::uint8_t { kYes, kFull, kStopping };

class Worker {
 public:
  Worker(ExecutionWorld world, WorkerLimits limits, VersionSource& versions, std::string owner);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Before the loop runs: the first of a block of ids that the store has reserved.
  void ids_begin_with(ExecutionId first) { ids_.begin_with(first); }

  // From any loop, which is named: on the worker's own the execution begins within the call. The
  // trigger is moved from only when it is taken.
  Taken post(Trigger& trigger, const Loop& from);
  // Any thread: a stored execution that is to be claimed and run; these come from the store, which
  // bounds them.
  void post_stored(ExecutionId id);
  // Any thread. Nothing is taken any more; what waits in memory is refused.
  void refuse_new();
  // Any thread, after refuse_new(): running tasks are destroyed; they resume from the store later.
  void cancel_all();
  // Any thread: ends one execution before its next node, if it runs here.
  void cancel(ExecutionId id);

  std::size_t running() const { return running_.load(std::memory_order_relaxed); }
  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  Loop& loop() const { return world_.loop; }

 private:
  using Job = std::variant<Trigger, ExecutionId>;
  class Running;
  struct Dispatch final : Ready {
    explicit Dispatch(Worker& owner) : worker(owner) {}
    void run() override { worker.dispatch(); }
    Worker& worker;
  };

  void accept(Trigger trigger);
  void accept_stored(ExecutionId id);
  void dispatch();
  void begin(Job job);
  Task<void> run(Trigger trigger);
  Task<void> resume(ExecutionId id);
  Task<void> store_for_later(Trigger trigger);
  Task<void> end_crashed(ExecutionId id, std::uint32_t attempt, std::uint64_t sequence,
                         std::string node, std::string reason);
  Task<void> renew_leases();
  Lease new_lease() const;
  NewExecution new_row(const Trigger& trigger) const;

  ExecutionWorld world_;
  const WorkerLimits limits_;
  VersionSource& versions_;
  const std::string owner_;
  ExecutionIds ids_;
  std::atomic<std::size_t> running_{0};
  std::atomic<std::size_t> waiting_{0};
  std::atomic<bool> stopping_{false};
  std::deque<Job> queue_;
  std::map<ExecutionId, Execution*> executions_;
  Dispatch dispatch_{*this};
  bool renewing_ = false;
  Scope scope_;  // last: its tasks use the rest
};

}  // namespace vaettir::engine
