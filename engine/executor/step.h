// The order of an execution, v1 (facts/n8n.md 2.3, 2.4): (graph, state, event) -> state + actions.
// Pure: no I/O, no clock, no randomness; times come with the events. The worker does what the
// actions say and reports back. What happened is RunRecords; replay() folds them into the same
// state again, which is how an execution resumes after a crash.
#pragma once
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/core/json.h"
#include "base/core/result.h"
#include "engine/executor/graph.h"
#include "engine/executor/state.h"

namespace vaettir::engine {

// The execution starts: `items` become the input of its trigger.
struct Begin {
  NodeIndex trigger = 0;
  std::uint32_t start_output = 0;  // of the trigger: which output its items leave by
  Items items;
};
// The state was folded from a journal: go on where it ended.
struct Resume {};
// The node that was to run has ended. An empty Outputs: nothing at all, this branch ends.
struct Finished {
  std::int64_t started_ms = 0;
  std::int64_t took_ms = 0;
  Outputs outputs;
  json::Value error;  // serialised; undefined: it did not fail
};
// Ends it between two nodes: a timeout or a cancel (kCanceled), a limit (kError).
struct Abort {
  ExecutionState status = ExecutionState::kCanceled;
  json::Value error;
};
using StepEvent = std::variant<Begin, Resume, Finished, Abort>;

// Run this node now (after `wait`: it failed and is tried again).
struct RunNode {
  NodeIndex node = 0;
  std::uint32_t run = 0;
  std::uint32_t execution_index = 0;
  int attempt = 1;
  Duration wait{};
  std::vector<Items> inputs;  // by main input; cut to the first item with executeOnce
  std::vector<std::optional<Source>> sources;
};

struct Actions {
  std::vector<RunRecordPtr> records;  // for the journal, in this order
  std::optional<RunNode> run;         // nothing: the execution has ended, state.status() says how
};

inline constexpr std::string_view kEndlessLoopText =
    "Stopped execution because it seems to be in an endless loop";

// `now_ms` stamps the runs that take no time (disabled nodes). The graph's order must be v1: others
// are refused before they come here (loaded_workflow.h).
Actions step(const Graph& graph, State& state, StepEvent event, std::int64_t now_ms);

// One entry of the journal, again. begin_again() comes first. Errors (internal): the entry does not
// follow from what came before it.
void begin_again(const Graph& graph, State& state, Begin begin);
Result<> replay(const Graph& graph, State& state, RunRecordPtr record);

}  // namespace vaettir::engine
