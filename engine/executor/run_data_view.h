// The run data of an execution in n8n's shape (IRunExecutionData, facts/n8n.md 2.2): a view made
// when somebody looks, never stored. Pure.
#pragma once
#include "base/core/json.h"
#include "engine/executor/state.h"
#include "engine/model/workflow.h"

namespace vaettir::engine {

// One entry of resultData.runData[node].
json::Value task_data(const Workflow& workflow, const RunRecord& record);
// {version, startData, resultData: {runData, lastNodeExecuted, error?}, executionData?}
json::Value run_data_view(const Workflow& workflow, const State& state);

}  // namespace vaettir::engine
