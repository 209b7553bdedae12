#include "engine/executor/version_cache.h"

#include <fmt/format.h>

namespace vaettir::engine {

LoadedWorkflowPtr VersionCache::load(const WorkflowPtr& workflow) {
  const Key key{workflow->id(), workflow->version_id()};
  {
    const std::lock_guard held(lock_);
    if (const auto found = versions_.find(key); found != versions_.end())
      if (LoadedWorkflowPtr version = found->second.lock()) return version;
  }
  auto version = std::make_shared<const LoadedWorkflow>(
      PreparedWorkflow::prepare(workflow, catalog_), defaults_);
  const std::lock_guard held(lock_);
  std::erase_if(versions_, [](const auto& entry) { return entry.second.expired(); });
  versions_[key] = version;
  return version;
}

Result<LoadedWorkflowPtr> VersionCache::find(const ClaimedExecution& claimed) {
  {
    const std::lock_guard held(lock_);
    if (const auto found = versions_.find({claimed.workflow_id, claimed.workflow_version});
        found != versions_.end())
      if (LoadedWorkflowPtr version = found->second.lock()) return version;
  }
  if (claimed.workflow_source.empty())
    return fail(Cause::kInternal, fmt::format("version {} of workflow {} is not in the store",
                                              claimed.workflow_version, claimed.workflow_id));
  TRY(const WorkflowPtr workflow,
      read_workflow(claimed.workflow_source, "the stored workflow", claimed.workflow_id));
  LoadedWorkflowPtr version = load(workflow);
  if (const std::vector<std::string> problems = obstacles(*version->prepared); !problems.empty())
    return fail(Cause::kWorkflowFailed, problems.front());
  return version;
}

}  // namespace vaettir::engine
