// LoadedWorkflow: a workflow version ready to run: bound to the node types, its graph, what the
// program's settings and its own say about saving and time. Immutable and shared; executions keep
// the one they began with. Any thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "base/core/system.h"
#include "engine/executor/graph.h"
#include "engine/nodes/prepared.h"

namespace vaettir::engine {

// The program's side of what a workflow's settings may leave open (facts/n8n.md 2.7).
struct ExecutionDefaults {
  bool save_success = true;
  bool save_error = true;
  Duration timeout = kNoTimeout;
  Duration longest_timeout = std::chrono::hours(1);
};
// EXECUTIONS_TIMEOUT, EXECUTIONS_TIMEOUT_MAX, EXECUTIONS_DATA_SAVE_ON_SUCCESS and _ON_ERROR.
// Errors: bad_request, naming the variable.
Result<ExecutionDefaults> execution_defaults(const Environment& environment);

// What $env shows: nullptr where N8N_BLOCK_ENV_ACCESS_IN_NODE says that it shows nothing.
const Environment* visible_environment(const Environment& environment);

struct LoadedWorkflow {
  LoadedWorkflow(std::shared_ptr<const PreparedWorkflow> bound, const ExecutionDefaults& defaults);

  std::shared_ptr<const PreparedWorkflow> prepared;
  Graph graph;
  bool save_success;
  bool save_error;
  Duration timeout;  // kNoTimeout: none

  const Workflow& workflow() const { return prepared->workflow(); }
};
using LoadedWorkflowPtr = std::shared_ptr<const LoadedWorkflow>;

// What keeps it from being run at all; empty: nothing. Names nodes, types, settings.
std::vector<std::string> obstacles(const PreparedWorkflow& workflow);

}  // namespace vaettir::engine
