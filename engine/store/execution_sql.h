// The store's statements on executions and workflow versions, on the store's thread, within a
// transaction of the caller. Errors: store_unavailable; internal for a broken rule of the schema.
#pragma once
#include <span>
#include <vector>

#include "base/store/sqlite.h"
#include "engine/model/workflow.h"
#include "engine/store/execution_rows.h"

namespace vaettir::engine {

Result<Written> write_execution(store::Database& database, const ExecutionWrite& write);

// Takes a row for `lease.owner`: one conditional UPDATE with attempt + 1. nullopt: it has ended, or
// somebody holds it. `sole_process`, where not empty: no other process writes this store, so owners
// that do not begin with "<sole_process>/" are dead whatever their lease says.
Result<std::optional<ClaimedExecution>> claim_execution(store::Database& database, ExecutionId id,
                                                        const Lease& lease, std::int64_t now_ms,
                                                        const std::string& sole_process);
// Of all rows that lease.owner runs.
Result<> renew_leases(store::Database& database, const Lease& lease);

// The first of `count` ids that nobody else is given.
Result<ExecutionId> reserve_ids(store::Database& database, std::uint64_t count);

Result<> keep_version(store::Database& database, const Workflow& workflow, std::int64_t now_ms);
Result<std::vector<ExecutionId>> unfinished_executions(store::Database& database);
Result<std::vector<ExecutionRow>> recent_executions(store::Database& database, std::size_t limit);

}  // namespace vaettir::engine
