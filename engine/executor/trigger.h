// Trigger: one call to run a workflow, as it crosses from an edge loop (or a test) to the loop that
// runs it. It owns all it holds; nothing in it points into a frame, an exchange or a loop.
#pragma once
#include <memory>
#include <string>

#include "engine/executor/caller.h"
#include "engine/executor/loaded_workflow.h"
#include "engine/executor/step.h"

namespace vaettir::engine {

struct Trigger {
  LoadedWorkflowPtr workflow;
  std::string mode;  // facts/n8n.md 2.1
  Begin begin;
  std::unique_ptr<Caller> caller;  // nullptr: nobody waits
};

}  // namespace vaettir::engine
