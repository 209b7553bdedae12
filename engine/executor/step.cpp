#include "engine/executor/step.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "engine/executor/settle.h"

namespace vaettir::engine {
namespace {

// Disabled nodes that pass on without one that runs in between. They take no time, so a ring of
// them would never come back; what people build has a handful.
constexpr std::size_t kMostPassedAtOnce = 1000;

json::Value plain_error(std::string_view message) {
  return json::ObjectBuilder()
      .set("name", "WorkflowOperationError")
      .set("message", message)
      .finish();
}

bool has_items(const WaitingSlot& slot) {
  return std::ranges::any_of(
      slot.inputs, [](const std::optional<Items>& items) { return items && !items->empty(); });
}

bool may_run_without_the_rest(const RequiredInputs& required, const WaitingSlot& slot) {
  const auto there = [&](std::uint32_t input) {
    return input < slot.inputs.size() && slot.inputs[input].has_value();
  };
  const auto count = std::ranges::count_if(
      slot.inputs, [](const std::optional<Items>& items) { return items.has_value(); });
  return static_cast<std::uint32_t>(count) >= required.count &&
         std::ranges::all_of(required.inputs, there);
}

}  // namespace

// Moves a State. One for each call; it is the only one that writes a State's members.
class Stepper {
 public:
  Stepper(const Graph& graph, State& state) : graph_(graph), state_(state) {}

  void begin(Begin event) {
    state_.bytes_ += added_bytes({}, {event.items});
    push(event.trigger, {with_lineage(event.items, 0)}, {std::nullopt});
    advance();
  }
  void abort(Abort event) {
    state_.status_ = event.status;
    state_.error_ = std::move(event.error);
  }
  std::optional<RunNode> finish(Finished event, Actions& actions);
  void commit(RunRecordPtr record);
  void advance();
  std::optional<RunNode> start(Actions& actions, std::int64_t now_ms);
  bool expects(const RunRecord& record) const {
    return !state_.ended() && !state_.stack_.empty() && state_.stack_.back().node == record.node &&
           state_.runs_[record.node].size() == record.run &&
           state_.next_index_ == record.execution_index;
  }

 private:
  void push(NodeIndex node, std::vector<Items> inputs, std::vector<std::optional<Source>> sources) {
    state_.stack_.push_back({node, std::move(inputs), std::move(sources), state_.next_ticket_++});
  }
  std::shared_ptr<RunRecord> new_record(std::int64_t started_ms, std::int64_t took_ms) const;
  void record(std::shared_ptr<RunRecord> record, Actions& actions) {
    actions.records.push_back(record);
    commit(std::move(record));
    advance();
  }
  void enqueue_children(const RunRecord& record);
  void deliver(const Edge& edge, const Items& items, const Source& source);
  bool release_one();
  std::vector<Items> visible_inputs(const Entry& entry) const;

  const Graph& graph_;
  State& state_;
};

std::shared_ptr<RunRecord> Stepper::new_record(std::int64_t started_ms,
                                               std::int64_t took_ms) const {
  const Entry& entry = state_.stack_.back();
  auto made = std::make_shared<RunRecord>();
  made->node = entry.node;
  made->run = static_cast<std::uint32_t>(state_.runs_[entry.node].size());
  made->execution_index = state_.next_index_;
  made->started_ms = started_ms;
  made->took_ms = took_ms;
  made->sources = entry.sources;
  return made;
}

std::vector<Items> Stepper::visible_inputs(const Entry& entry) const {
  std::vector<Items> inputs = entry.inputs;
  if (graph_.node(entry.node).execute_once)
    for (Items& items : inputs)
      if (items.size() > 1) items = items.head(1);
  return inputs;
}

// The node ended: try it again, or record what became of it. Gives what to run when it is tried
// again.
std::optional<RunNode> Stepper::finish(Finished event, Actions& actions) {
  const Entry& entry = state_.stack_.back();
  const GraphNode& node = graph_.node(entry.node);
  const bool failed = !event.error.is_undefined();
  if ((failed || looks_failed(event.outputs)) && state_.attempt_ < node.tries) {
    ++state_.attempt_;
    return RunNode{.node = entry.node,
                   .run = static_cast<std::uint32_t>(state_.runs_[entry.node].size()),
                   .execution_index = state_.next_index_,
                   .attempt = state_.attempt_,
                   .wait = node.wait_between_tries,
                   .inputs = visible_inputs(entry),
                   .sources = entry.sources};
  }
  std::shared_ptr<RunRecord> made = new_record(event.started_ms, event.took_ms);
  if (failed) {
    made->status = RunStatus::kError;
    made->error = std::move(event.error);
    // The input leaves unchanged on output 0, also where there is an error output: what n8n does
    // with an error that is thrown.
    if (node.on_error != OnError::kStopWorkflow) {
      made->outputs.emplace();
      if (!entry.inputs.empty()) made->outputs->push_back(entry.inputs[0]);
    }
  } else {
    made->outputs = settle(node, visible_inputs(entry), std::move(event.outputs));
  }
  record(std::move(made), actions);
  return std::nullopt;
}

void Stepper::commit(RunRecordPtr record) {
  Entry entry = std::move(state_.stack_.back());
  state_.stack_.pop_back();
  state_.attempt_ = 0;
  state_.last_node_ = record->node;
  state_.next_index_ = record->execution_index + 1;
  state_.runs_[record->node].push_back(record);
  if (!record->outputs) {
    // Back on top: a retry of the execution begins here.
    push(entry.node, std::move(entry.inputs), std::move(entry.sources));
    state_.status_ = ExecutionState::kError;
    state_.error_ = record->error;
    return;
  }
  state_.bytes_ += added_bytes(entry.inputs, *record->outputs);
  enqueue_children(*record);
}

// Depth first: the targets of all outputs with items go on top of the stack, so that the top-most,
// then left-most one runs next and its branch ends before the others begin.
void Stepper::enqueue_children(const RunRecord& record) {
  const auto runs_later = [&](const Edge* a, const Edge* b) {
    const GraphNode& left = graph_.node(a->target);
    const GraphNode& right = graph_.node(b->target);
    return left.y != right.y ? left.y > right.y : left.x > right.x;
  };
  std::vector<const Edge*> edges;  // the one to run next is the last
  for (const Edge& edge : graph_.outgoing(record.node))
    if (edge.output < record.outputs->size() && !(*record.outputs)[edge.output].empty())
      edges.insert(std::ranges::upper_bound(edges, &edge, runs_later), &edge);
  for (const Edge* edge : edges)
    deliver(*edge, (*record.outputs)[edge->output], {record.node, edge->output, record.run});
}

void Stepper::deliver(const Edge& edge, const Items& items, const Source& source) {
  const std::uint32_t inputs = graph_.node(edge.target).inputs;
  Items arriving = with_lineage(items, edge.input);
  if (inputs == 1) return push(edge.target, {std::move(arriving)}, {source});
  auto waiting = std::ranges::find(state_.waiting_, edge.target, &WaitingNode::node);
  if (waiting == state_.waiting_.end())
    waiting = state_.waiting_.insert(waiting, WaitingNode{edge.target, {}});
  auto slot = std::ranges::find_if(
      waiting->slots, [&](const WaitingSlot& open) { return !open.inputs[edge.input]; });
  if (slot == waiting->slots.end())
    slot = waiting->slots.insert(slot, WaitingSlot{std::vector<std::optional<Items>>(inputs),
                                                   std::vector<std::optional<Source>>(inputs)});
  slot->inputs[edge.input] = std::move(arriving);
  slot->sources[edge.input] = source;
  const auto there = [](const std::optional<Items>& input) { return input.has_value(); };
  if (!std::ranges::all_of(slot->inputs, there)) return;
  std::vector<Items> all;
  for (std::optional<Items>& input : slot->inputs) all.push_back(*std::move(input));
  push(edge.target, std::move(all), std::move(slot->sources));
  waiting->slots.erase(slot);
  if (waiting->slots.empty()) state_.waiting_.erase(waiting);
}

// Nothing else is left to run: the first node that waits for no other one runs with what it has.
// False: none may.
bool Stepper::release_one() {
  for (std::size_t at = 0; at < state_.waiting_.size();) {
    WaitingNode& waiting = state_.waiting_[at];
    const bool ancestor_waits = std::ranges::any_of(state_.waiting_, [&](const WaitingNode& other) {
      return graph_.is_ancestor(other.node, waiting.node);
    });
    WaitingSlot& oldest = waiting.slots.front();
    if (ancestor_waits || !may_run_without_the_rest(graph_.node(waiting.node).required, oldest)) {
      ++at;
      continue;
    }
    const NodeIndex node = waiting.node;
    WaitingSlot slot = std::move(oldest);
    waiting.slots.erase(waiting.slots.begin());
    if (waiting.slots.empty())
      state_.waiting_.erase(state_.waiting_.begin() + static_cast<std::ptrdiff_t>(at));
    if (has_items(slot)) {
      std::vector<Items> inputs;
      for (std::optional<Items>& input : slot.inputs)
        inputs.push_back(input ? *std::move(input) : Items());
      push(node, std::move(inputs), std::move(slot.sources));
      return true;
    }
    at = 0;  // an empty one was dropped: others may have waited for it
  }
  return false;
}

// On to the next entry, or to the end.
void Stepper::advance() {
  if (state_.ended() || !state_.stack_.empty()) return;
  if (!state_.waiting_.empty() && release_one()) return;
  state_.status_ = ExecutionState::kSuccess;
}

std::optional<RunNode> Stepper::start(Actions& actions, std::int64_t now_ms) {
  while (!state_.ended()) {
    const Entry& entry = state_.stack_.back();
    const bool disabled = graph_.node(entry.node).disabled;
    if (disabled && actions.records.size() <= kMostPassedAtOnce) {
      std::shared_ptr<RunRecord> passed = new_record(now_ms, 0);
      passed->outputs.emplace();
      if (!entry.inputs.empty()) passed->outputs->push_back(entry.inputs[0]);
      record(std::move(passed), actions);
      continue;
    }
    if (disabled || entry.ticket == state_.last_started_) {
      abort({ExecutionState::kError, plain_error(kEndlessLoopText)});
      break;
    }
    state_.last_started_ = entry.ticket;
    state_.attempt_ = 1;
    return RunNode{.node = entry.node,
                   .run = static_cast<std::uint32_t>(state_.runs_[entry.node].size()),
                   .execution_index = state_.next_index_,
                   .attempt = 1,
                   .wait = {},
                   .inputs = visible_inputs(entry),
                   .sources = entry.sources};
  }
  return std::nullopt;
}

Actions step(const Graph& graph, State& state, StepEvent event, std::int64_t now_ms) {
  assert(graph.order() == ExecutionOrder::kV1);
  Stepper stepper(graph, state);
  Actions actions;
  if (auto* begin = std::get_if<Begin>(&event)) {
    stepper.begin(std::move(*begin));
  } else if (auto* finished = std::get_if<Finished>(&event)) {
    assert(!state.ended() && state.attempt() > 0);
    actions.run = stepper.finish(std::move(*finished), actions);
    if (actions.run) return actions;
  } else if (auto* aborted = std::get_if<Abort>(&event)) {
    stepper.abort(std::move(*aborted));
  }
  actions.run = stepper.start(actions, now_ms);
  return actions;
}

void begin_again(const Graph& graph, State& state, Begin begin) {
  Stepper(graph, state).begin(std::move(begin));
}

Result<> replay(const Graph& graph, State& state, RunRecordPtr record) {
  Stepper stepper(graph, state);
  if (record->node >= graph.size() || !stepper.expects(*record))
    return fail(Cause::kInternal,
                fmt::format("the journal does not fit its workflow at entry {}: node {}, run {}",
                            record->execution_index, record->node, record->run));
  stepper.commit(std::move(record));
  stepper.advance();
  return {};
}

}  // namespace vaettir::engine
