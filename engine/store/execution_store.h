// ExecutionStore: executions and workflow versions in SQLite, through one thread with group commit.
// The engine owns it; it outlives the workers. Members say which thread may call.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/workflow.h"
#include "engine/store/execution_rows.h"
#include "engine/store/store_thread.h"

namespace vaettir::engine {

class ExecutionStore {
 public:
  // `file` empty: in memory. `process` names this process among the owners of leases; the caller
  // holds the lock of the data directory, so owners of other names are dead.
  static Result<std::unique_ptr<ExecutionStore>> open(const std::filesystem::path& file,
                                                      std::string process);
  ExecutionStore(std::unique_ptr<store::Database> database, std::string process)
      : thread_(std::move(database)), process_(std::move(process)) {}

  // On `loop`; what was asked for is done even if the task is destroyed. execution_sql.h says what
  // each does.
  Task<Result<Written>> write(Loop& loop, ExecutionWrite write);
  Task<Result<std::optional<ClaimedExecution>>> claim(Loop& loop, ExecutionId id, Lease lease,
                                                      std::int64_t now_ms);
  Task<Result<>> renew(Loop& loop, Lease lease);
  Task<Result<ExecutionId>> reserve_ids(Loop& loop, std::uint64_t count);

  // These wait: not on a loop.
  Result<ExecutionId> reserve_ids_now(std::uint64_t count);
  Result<> keep_versions(std::vector<WorkflowPtr> workflows, std::int64_t now_ms);
  Result<std::vector<ExecutionId>> unfinished();
  Result<std::vector<ExecutionRow>> recent(std::size_t limit);

  const std::string& process() const { return process_; }

 private:
  StoreThread thread_;
  const std::string process_;
};

}  // namespace vaettir::engine
