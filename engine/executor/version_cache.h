// VersionCache: workflow versions by id and version, ready to run: those that are active, and those
// that stored executions were begun with. Any thread.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "engine/executor/loaded_workflow.h"
#include "engine/executor/worker.h"
#include "engine/nodes/catalog.h"

namespace vaettir::engine {

class VersionCache final : public VersionSource {
 public:
  VersionCache(const Catalog& catalog, const ExecutionDefaults& defaults)
      : catalog_(catalog), defaults_(defaults) {}

  // The same object for the same version, as long as anybody holds it. It may not be able to run:
  // see obstacles().
  LoadedWorkflowPtr load(const WorkflowPtr& workflow);
  Result<LoadedWorkflowPtr> find(const ClaimedExecution& claimed) override;

 private:
  using Key = std::pair<std::string, std::string>;  // id, version
  const Catalog& catalog_;
  const ExecutionDefaults& defaults_;
  std::mutex lock_;
  std::map<Key, std::weak_ptr<const LoadedWorkflow>> versions_;
};

}  // namespace vaettir::engine
