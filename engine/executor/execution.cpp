#include "engine/executor/execution.h"

#include <fmt/format.h>

#include <utility>

#include "base/async/sleep.h"
#include "base/observe/log.h"
#include "engine/executor/error_value.h"

namespace vaettir::engine {
namespace {

// Others wait no longer than this for a workflow that computes: well below what anybody notices
// behind a request.
constexpr auto kLongestSlice = std::chrono::milliseconds(2);

// A node that took so long is not to be run again after a crash if that can be helped.
constexpr std::int64_t kWorthKeepingMs = 1000;

Deadline deadline_after(Duration timeout) {
  return timeout == kNoTimeout ? kNever : Clock::now() + timeout;
}

}  // namespace

Execution::Execution(ExecutionWorld& world, ExecutionStart start)
    : world_(world),
      id_(start.id),
      workflow_(std::move(start.workflow)),
      facts_{std::to_string(start.id), std::move(start.mode), {}},
      state_(start.state ? *std::move(start.state) : State(workflow_->graph.size())),
      begin_(std::move(start.begin)),
      start_output_(begin_ ? begin_->start_output : start.start_output),
      journal_(world.loop, world.store, start.id, start.attempt, std::move(start.create),
               start.next_sequence),
      caller_(std::move(start.caller)),
      started_ms_(now_ms()),
      deadline_(deadline_after(workflow_->timeout)),
      turn_(world.loop.turns()),
      slice_(Clock::now()) {}

std::int64_t Execution::now_ms() const { return epoch_ms(world_.clock.now()); }

Task<void> Execution::run() {
  const bool resumed = !begin_;
  if (!co_await accept()) co_return;
  Actions next = resumed ? advance(Resume{}) : advance(*std::exchange(begin_, std::nullopt));
  while (next.run) {
    if (std::optional<Abort> abort = reason_to_end()) {
      advance(*std::move(abort));
      break;
    }
    if (world_.loop.turns() != turn_) {
      turn_ = world_.loop.turns();
      slice_ = Clock::now();
    } else if (Clock::now() - slice_ > kLongestSlice) {
      co_await Yield(world_.loop);
    }
    if (next.run->wait > Duration::zero()) co_await sleep(world_.loop, next.run->wait);
    std::optional<Finished> finished = co_await run_node(*next.run);
    if (!finished) co_return;
    const bool took_long = journal_.stored() && finished->took_ms >= kWorthKeepingMs;
    next = advance(*std::move(finished));
    // So that a crash from here on does not find a write whose outcome nobody knows.
    if (std::exchange(wrote_, false) || took_long || workflow_->workflow().settings().save_progress)
      journal_.commit_behind();
    if (next.run && answer_.held && !co_await send_held_answer()) co_return;
  }
  co_await end();
}

// In mode onReceived the answer comes first, and what it promises before it.
Task<bool> Execution::accept() {
  tell(ExecutionEvent::Kind::kBegun, begin_ ? begin_->trigger : 0);
  if (begin_) journal_.begin(*begin_);
  if (!caller_ || caller_->mode() != ResponseMode::kOnReceived) co_return true;
  if (!co_await persist(journal_.commit())) co_return false;
  std::exchange(caller_, nullptr)->accepted();
  co_return true;
}

// True: written. Otherwise the execution is over for this worker: another one has it, or there is
// no store to keep promises with.
Task<bool> Execution::persist(Task<Result<Written>> writing) {
  const Result<Written> written = co_await std::move(writing);
  if (written && *written == Written::kDone) co_return true;
  Error error = written ? Error(Cause::kInternal, "another worker has taken this execution over")
                        : written.error().copy();
  if (world_.log != nullptr)
    world_.log->error("execution given up", error,
                      {{"execution", facts_.id}, {"workflow", workflow_->workflow().name()}});
  if (caller_) std::exchange(caller_, nullptr)->refuse(std::move(error));
  co_return false;
}

Actions Execution::advance(StepEvent event) {
  const Entry* ran = state_.current();
  std::vector<Items> inputs = ran != nullptr ? ran->inputs : std::vector<Items>();
  Actions actions = step(workflow_->graph, state_, std::move(event), now_ms());
  for (const RunRecordPtr& record : actions.records) {
    tell(ExecutionEvent::Kind::kNodeFinished, record->node, record->run, record);
    journal_.add(record, record == actions.records.front() ? std::move(inputs) : *record->outputs);
  }
  return actions;
}

std::optional<Abort> Execution::reason_to_end() {
  if (canceled_)
    return Abort{ExecutionState::kCanceled,
                 cancel_value("ManualExecutionCancelledError",
                              "The execution was cancelled manually", now_ms())};
  if (Clock::now() >= deadline_)
    return Abort{ExecutionState::kCanceled,
                 cancel_value("TimeoutExecutionCancelledError",
                              "The execution was cancelled because it timed out", now_ms())};
  if (state_.bytes() > world_.byte_budget) {
    const std::string text = fmt::format(
        "the items of this execution need more than {} MiB: let it work through fewer "
        "at a time, or drop fields that are not needed",
        world_.byte_budget >> 20);
    const Node* node =
        state_.last_node() ? &workflow_->workflow().node(*state_.last_node()) : nullptr;
    return Abort{ExecutionState::kError,
                 error_value(Error(Cause::kWorkflowFailed, text), node, now_ms())};
  }
  return std::nullopt;
}

Responder* Execution::responder() {
  return caller_ && caller_->mode() == ResponseMode::kResponseNode ? &answer_ : nullptr;
}

// nullopt: the execution is over for this worker.
Task<std::optional<Finished>> Execution::run_node(const RunNode& next) {
  const PreparedNode& prepared = workflow_->prepared->node(next.node);
  const Node& node = prepared.node();
  Finished finished;
  finished.started_ms = now_ms();
  tell(ExecutionEvent::Kind::kNodeStarted, next.node, next.run);
  if (const Items* pinned = workflow_->workflow().pinned(next.node);
      pinned != nullptr && facts_.is_test()) {
    finished.outputs = {*pinned};
    co_return finished;
  }
  if (prepared.type() == nullptr) {
    finished.error = error_value(
        Error(Cause::kWorkflowFailed,
              fmt::format("'{}' is of type {}, which cannot be run here", node.name, node.type)),
        &node, now_ms());
    co_return finished;
  }
  NodeContext ctx(NodeRun{.workflow = *workflow_->prepared,
                          .node = next.node,
                          .run = next.run,
                          .inputs = next.inputs,
                          .sources = next.sources,
                          .runs = state_,
                          .execution = facts_,
                          .responder = responder(),
                          .deadline = deadline_,
                          .start_output = start_output_},
                  world_.services);
  wrote_ = prepared.type()->effect(ctx) == Effect::kWrite;
  if (wrote_) {
    journal_.mark_start(next.node, next.run);
    if (!co_await persist(journal_.commit())) co_return std::nullopt;
  }
  const Clock::time_point began = Clock::now();
  Result<Outputs> outputs = co_await prepared.type()->run(ctx);
  finished.took_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
  if (outputs)
    finished.outputs = *std::move(outputs);
  else
    finished.error = error_value(outputs.error(), &node, now_ms());
  co_return finished;
}

Task<bool> Execution::send_held_answer() {
  if (!co_await persist(journal_.commit())) co_return false;
  if (caller_) std::exchange(caller_, nullptr)->answer(*std::exchange(answer_.held, std::nullopt));
  co_return true;
}

ExecutionEnd Execution::end_row() const {
  ExecutionEnd end;
  end.status = status_name(state_.status());
  if (state_.last_node()) end.last_node = workflow_->workflow().node(*state_.last_node()).name;
  if (!state_.error().is_undefined()) end.error = error_sentence(state_.error());
  end.stopped_ms = now_ms();
  end.discard = state_.status() == ExecutionState::kSuccess ? !workflow_->save_success
                                                            : !workflow_->save_error;
  return end;
}

Task<void> Execution::end() {
  log_failure();
  if (!co_await persist(journal_.close(end_row()))) co_return;
  tell(ExecutionEvent::Kind::kEnded);
  if (!caller_) co_return;
  const std::unique_ptr<Caller> caller = std::exchange(caller_, nullptr);
  if (answer_.held)
    caller->answer(*std::move(answer_.held));
  else
    caller->ended(state_);
}

void Execution::log_failure() const {
  if (world_.log == nullptr || state_.status() == ExecutionState::kSuccess) return;
  const bool canceled = state_.status() == ExecutionState::kCanceled;
  world_.log->warn(canceled ? "execution canceled" : "execution failed",
                   {{"execution", facts_.id},
                    {"workflow", workflow_->workflow().name()},
                    {"mode", facts_.mode},
                    {"error", error_sentence(state_.error())}});
}

void Execution::tell(ExecutionEvent::Kind kind, NodeIndex node, std::uint32_t run,
                     RunRecordPtr record) {
  const std::uint64_t sequence = events_++;
  if (world_.observers.empty()) return;
  const ExecutionEvent event{.execution = id_,
                             .sequence = sequence,
                             .kind = kind,
                             .workflow = *workflow_,
                             .node = node,
                             .run = run,
                             .record = std::move(record),
                             .state = kind == ExecutionEvent::Kind::kEnded ? &state_ : nullptr};
  for (ExecutionObserver* observer : world_.observers) observer->on_event(event);
}

}  // namespace vaettir::engine
