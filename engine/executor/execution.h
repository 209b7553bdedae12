// Execution: one execution on its way from trigger to end: it asks step.h what comes next, runs the
// nodes, keeps the journal ahead of what it promises, and answers the caller. Owned by the worker's
// task, on one loop; destroying that task stops it at its next wait, and what is in the journal
// resumes later.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async/task.h"
#include "engine/executor/execution_event.h"
#include "engine/executor/journal.h"
#include "engine/executor/trigger.h"
#include "engine/nodes/context.h"

namespace vaettir::observe {
class Log;
}

namespace vaettir::engine {

// What executions on one loop share; the worker's, outlives them.
struct ExecutionWorld {
  Loop& loop;
  NodeServices services;
  ExecutionStore& store;
  WallClockSource& clock;
  observe::Log* log = nullptr;
  std::vector<ExecutionObserver*> observers;
  // What the items of one execution may keep in memory; beyond it, it fails alone.
  std::size_t byte_budget;
};

// Where an execution begins: a trigger's items, or the journal of an earlier attempt.
struct ExecutionStart {
  ExecutionId id = 0;
  std::uint32_t attempt = 1;
  LoadedWorkflowPtr workflow;
  std::string mode;
  std::optional<Begin> begin;          // fresh
  std::optional<State> state;          // resumed: the folded journal
  std::optional<NewExecution> create;  // fresh: the row, made when it is needed
  std::uint64_t next_sequence = 0;     // of the journal
  std::uint32_t start_output = 0;      // of the trigger
  std::unique_ptr<Caller> caller;
};

class Execution {
 public:
  Execution(ExecutionWorld& world, ExecutionStart start);
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

  Task<void> run();
  // Ends it before its next node.
  void cancel() { canceled_ = true; }
  ExecutionId id() const { return id_; }
  const State& state() const { return state_; }
  const LoadedWorkflow& workflow() const { return *workflow_; }

 private:
  // Holds the workflow's own answer back until the journal is committed.
  class HeldAnswer final : public Responder {
   public:
    bool respond(WebhookAnswer answer) override {
      if (taken_) return false;
      taken_ = true;
      held = std::move(answer);
      return true;
    }
    std::optional<WebhookAnswer> held;

   private:
    bool taken_ = false;
  };

  Task<bool> accept();
  Task<std::optional<Finished>> run_node(const RunNode& next);
  Task<bool> send_held_answer();
  Task<void> end();
  Task<bool> persist(Task<Result<Written>> writing);
  Actions advance(StepEvent event);
  std::optional<Abort> reason_to_end();
  void tell(ExecutionEvent::Kind kind, NodeIndex node = 0, std::uint32_t run = 0,
            RunRecordPtr record = nullptr);
  std::int64_t now_ms() const;
  Responder* responder();
  ExecutionEnd end_row() const;
  void log_failure() const;

  ExecutionWorld& world_;
  const ExecutionId id_;
  const LoadedWorkflowPtr workflow_;
  const ExecutionFacts facts_;
  State state_;
  std::optional<Begin> begin_;
  const std::uint32_t start_output_;
  Journal journal_;
  std::unique_ptr<Caller> caller_;  // empty once answered
  HeldAnswer answer_;
  const std::int64_t started_ms_;
  const Deadline deadline_;
  bool canceled_ = false;
  bool wrote_ = false;  // the node that ran last may have changed something outside
  std::uint64_t events_ = 0;
  std::uint64_t turn_ = 0;  // of the loop, when slice_ began
  Clock::time_point slice_;
};

}  // namespace vaettir::engine
