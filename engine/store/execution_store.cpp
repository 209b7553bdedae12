#include "engine/store/execution_store.h"

#include <utility>

#include "engine/store/execution_sql.h"
#include "engine/store/schema.h"

namespace vaettir::engine {

Result<std::unique_ptr<ExecutionStore>> ExecutionStore::open(const std::filesystem::path& file,
                                                             std::string process) {
  TRY(std::unique_ptr<store::Database> database, open_store(file));
  return std::make_unique<ExecutionStore>(std::move(database), std::move(process));
}

Task<Result<Written>> ExecutionStore::write(Loop& loop, ExecutionWrite write) {
  return thread_.perform<Written>(loop, [write = std::move(write)](store::Database& database) {
    return write_execution(database, write);
  });
}

Task<Result<std::optional<ClaimedExecution>>> ExecutionStore::claim(Loop& loop, ExecutionId id,
                                                                    Lease lease,
                                                                    std::int64_t now_ms) {
  return thread_.perform<std::optional<ClaimedExecution>>(
      loop, [this, id, lease = std::move(lease), now_ms](store::Database& database) {
        return claim_execution(database, id, lease, now_ms, process_);
      });
}

Task<Result<>> ExecutionStore::renew(Loop& loop, Lease lease) {
  return thread_.perform<void>(loop, [lease = std::move(lease)](store::Database& database) {
    return renew_leases(database, lease);
  });
}

Task<Result<ExecutionId>> ExecutionStore::reserve_ids(Loop& loop, std::uint64_t count) {
  return thread_.perform<ExecutionId>(
      loop, [count](store::Database& database) { return engine::reserve_ids(database, count); });
}

Result<ExecutionId> ExecutionStore::reserve_ids_now(std::uint64_t count) {
  return thread_.perform_now<ExecutionId>(
      [count](store::Database& database) { return engine::reserve_ids(database, count); });
}

Result<> ExecutionStore::keep_versions(std::vector<WorkflowPtr> workflows, std::int64_t now_ms) {
  return thread_.perform_now<void>([&](store::Database& database) -> Result<> {
    for (const WorkflowPtr& workflow : workflows) TRY_OK(keep_version(database, *workflow, now_ms));
    return {};
  });
}

Result<std::vector<ExecutionId>> ExecutionStore::unfinished() {
  return thread_.perform_now<std::vector<ExecutionId>>(
      [](store::Database& database) { return unfinished_executions(database); });
}

Result<std::vector<ExecutionRow>> ExecutionStore::recent(std::size_t limit) {
  return thread_.perform_now<std::vector<ExecutionRow>>(
      [limit](store::Database& database) { return recent_executions(database, limit); });
}

}  // namespace vaettir::engine
