// Activation: from workflow files to the webhooks that are served. Whatever cannot be activated is
// reported by name and reason, the rest goes on. Any thread, one at a time.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/executor/version_cache.h"
#include "engine/triggers/webhook_table.h"
#include "engine/triggers/workflow_folder.h"

namespace vaettir::engine {

struct Activated {
  std::string file;
  std::string id;
  std::string name;
  LoadedWorkflowPtr workflow;  // nullptr: not active
  std::vector<WebhookPtr> webhooks;
  std::vector<std::string> problems;
};

struct Activation {
  std::vector<Activated> workflows;
  std::shared_ptr<const WebhookTable> table;
};

// Of two that want the same id or webhook the one whose file sorts first has it.
Activation activate(const std::vector<const WorkflowFile*>& files, VersionCache& versions);

}  // namespace vaettir::engine
