#include "engine/executor/run_data_view.h"

#include <utility>
#include <vector>

namespace vaettir::engine {
namespace {

json::Value source_value(const Workflow& workflow, const std::optional<Source>& source) {
  if (!source) return nullptr;
  json::ObjectBuilder out;
  out.set("previousNode", workflow.node(source->node).name);
  if (source->output != 0) out.set("previousNodeOutput", static_cast<std::size_t>(source->output));
  if (source->run != 0) out.set("previousNodeRun", static_cast<std::size_t>(source->run));
  return out.finish();
}

json::Value sources_value(const Workflow& workflow,
                          const std::vector<std::optional<Source>>& sources) {
  std::vector<json::Value> out;
  for (const std::optional<Source>& source : sources) out.push_back(source_value(workflow, source));
  return json::Value::array(std::move(out));
}

// The stack is shown because a failed execution can be tried again from it.
json::Value stack_value(const Workflow& workflow, const Entry& entry) {
  std::vector<json::Value> inputs;
  for (const Items& items : entry.inputs) inputs.push_back(to_value(items));
  json::ObjectBuilder data;
  data.set("main", json::Value::array(std::move(inputs)));
  json::ObjectBuilder node;
  const Node& about = workflow.node(entry.node);
  node.set("id", about.id).set("name", about.name).set("type", about.type);
  json::ObjectBuilder source;
  source.set("main", sources_value(workflow, entry.sources));
  return json::ObjectBuilder()
      .set("node", node.finish())
      .set("data", data.finish())
      .set("source", source.finish())
      .finish();
}

}  // namespace

json::Value task_data(const Workflow& workflow, const RunRecord& record) {
  json::ObjectBuilder out;
  out.set("startTime", json::Value(record.started_ms));
  out.set("executionIndex", static_cast<std::size_t>(record.execution_index));
  // A start has no source at all.
  const bool is_start = record.sources.size() == 1 && !record.sources[0];
  out.set("source", is_start ? json::Value::array({}) : sources_value(workflow, record.sources));
  out.set("hints", json::Value::array({}));
  out.set("executionTime", json::Value(record.took_ms));
  out.set("executionStatus", record.status == RunStatus::kSuccess ? "success" : "error");
  if (record.outputs) {
    std::vector<json::Value> main;
    for (const Items& items : *record.outputs) main.push_back(to_value(items));
    out.set("data",
            json::ObjectBuilder().set("main", json::Value::array(std::move(main))).finish());
  }
  if (!record.error.is_undefined()) out.set("error", record.error);
  return out.finish();
}

json::Value run_data_view(const Workflow& workflow, const State& state) {
  json::ObjectBuilder runs;
  for (NodeIndex node = 0; node < state.nodes(); ++node) {
    std::vector<json::Value> tasks;
    for (const RunRecordPtr& record : state.records(node))
      tasks.push_back(task_data(workflow, *record));
    if (!tasks.empty()) runs.set(workflow.node(node).name, json::Value::array(std::move(tasks)));
  }
  json::ObjectBuilder result;
  if (!state.error().is_undefined()) result.set("error", state.error());
  result.set("runData", runs.finish());
  if (state.last_node()) result.set("lastNodeExecuted", workflow.node(*state.last_node()).name);
  json::ObjectBuilder out;
  out.set("version", 1);
  out.set("startData", json::Value::object({}));
  out.set("resultData", result.finish());
  if (state.status() == ExecutionState::kError && state.current() != nullptr) {
    json::ObjectBuilder execution;
    execution.set("contextData", json::Value::object({}));
    execution.set("metadata", json::Value::object({}));
    execution.set("nodeExecutionStack",
                  json::Value::array({stack_value(workflow, *state.current())}));
    execution.set("waitingExecution", json::Value::object({}));
    execution.set("waitingExecutionSource", json::Value::object({}));
    out.set("executionData", execution.finish());
  }
  return out.finish();
}

}  // namespace vaettir::engine
