#include "engine/store/execution_sql.h"

#include <algorithm>
#include <utility>

#include "engine/executor/journal_codec.h"

namespace vaettir::engine {
namespace {

Result<> insert_row(store::Database& database, const ExecutionWrite& write) {
  const NewExecution& row = *write.create;
  TRY(store::Statement insert,
      database.statement("INSERT INTO execution (id, workflow_id, workflow_version, mode, status,"
                         " attempt, barren, owner, lease_until_ms, created_ms)"
                         " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  const bool claimed = row.claimed.has_value();
  const std::optional<std::string> owner =
      claimed ? std::optional(row.claimed->owner) : std::nullopt;
  const std::optional<std::int64_t> until =
      claimed ? std::optional(row.claimed->until_ms) : std::nullopt;
  return insert
      .bind(write.id, row.workflow_id, row.workflow_version, row.mode,
            claimed ? kStatusRunning : kStatusNew, write.attempt, claimed ? 1 : 0, owner, until,
            row.created_ms)
      .run();
}

bool has_record(const std::vector<JournalEntry>& entries) {
  return std::ranges::any_of(
      entries, [](const JournalEntry& entry) { return entry.kind == EntryKind::kRecord; });
}

// Is the row still this attempt's? Says so by writing to it.
Result<bool> hold(store::Database& database, const ExecutionWrite& write, bool progress) {
  TRY(store::Statement update,
      database.statement("UPDATE execution SET barren = CASE WHEN ?3 THEN 0 ELSE barren END"
                         " WHERE id = ?1 AND attempt = ?2 AND status IN ('new', 'running')"));
  TRY_OK(update.bind(write.id, write.attempt, progress).run());
  return database.changes() == 1;
}

Result<> insert_entries(store::Database& database, const ExecutionWrite& write,
                        const std::vector<JournalEntry>& entries) {
  TRY(store::Statement insert,
      database.statement("INSERT INTO journal (execution_id, sequence, attempt, kind, node, run,"
                         " payload) VALUES (?, ?, ?, ?, ?, ?, ?)"));
  std::uint64_t sequence = write.first_sequence;
  for (const JournalEntry& entry : entries) {
    const char kind = static_cast<char>(entry.kind);
    TRY_OK(insert
               .bind(write.id, sequence++, write.attempt, std::string_view(&kind, 1), entry.node,
                     entry.run, store::Blob{entry.payload})
               .run());
  }
  return {};
}

Result<> write_end(store::Database& database, const ExecutionWrite& write) {
  const ExecutionEnd& end = *write.end;
  if (end.discard) {
    TRY(store::Statement entries, database.statement("DELETE FROM journal WHERE execution_id = ?"));
    TRY_OK(entries.bind(write.id).run());
    TRY(store::Statement row,
        database.statement("DELETE FROM execution WHERE id = ? AND attempt = ?"));
    return row.bind(write.id, write.attempt).run();
  }
  TRY(store::Statement update,
      database.statement("UPDATE execution SET status = ?, last_node = ?, error = ?,"
                         " stopped_ms = ?, owner = NULL, lease_until_ms = NULL"
                         " WHERE id = ? AND attempt = ?"));
  return update.bind(end.status, end.last_node, end.error, end.stopped_ms, write.id, write.attempt)
      .run();
}

Result<std::vector<JournalEntry>> read_journal(store::Database& database, ExecutionId id) {
  TRY(store::Statement select,
      database.statement("SELECT kind, node, run, payload FROM journal WHERE execution_id = ?"
                         " ORDER BY sequence"));
  select.bind(id);
  std::vector<JournalEntry> entries;
  while (true) {
    TRY(const bool row, select.step());
    if (!row) return entries;
    const std::string_view kind = select.text(0);
    if (kind.empty()) return fail(Cause::kInternal, "a journal entry without a kind");
    entries.push_back({static_cast<EntryKind>(kind.front()),
                       static_cast<std::uint32_t>(select.integer(1)),
                       static_cast<std::uint32_t>(select.integer(2)), std::string(select.blob(3))});
  }
}

// Everything of the row but its journal, as it was before the claim.
Result<std::optional<ClaimedExecution>> read_row(store::Database& database, ExecutionId id) {
  TRY(store::Statement select,
      database.statement("SELECT e.attempt, e.status, e.barren, e.workflow_id, e.workflow_version,"
                         " e.mode, v.source FROM execution e LEFT JOIN workflow_version v"
                         " ON v.workflow_id = e.workflow_id AND v.version = e.workflow_version"
                         " WHERE e.id = ?"));
  select.bind(id);
  TRY(const bool found, select.step());
  if (!found) return std::nullopt;
  ClaimedExecution row;
  row.attempt = static_cast<std::uint32_t>(select.integer(0));
  row.was_running = select.text(1) == kStatusRunning;
  row.barren = static_cast<std::uint32_t>(select.integer(2));
  row.workflow_id = select.text(3);
  row.workflow_version = select.text(4);
  row.mode = select.text(5);
  if (!select.is_null(6)) {
    TRY(row.workflow_source, unpack(select.blob(6)));
  }
  return row;
}

}  // namespace

Result<Written> write_execution(store::Database& database, const ExecutionWrite& write) {
  std::vector<JournalEntry> entries;
  entries.reserve(write.entries.size());
  for (const auto& encode : write.entries) entries.push_back(encode());
  if (write.create) {
    TRY_OK(insert_row(database, write));
  }
  TRY(const bool ours, hold(database, write, has_record(entries)));
  if (!ours) return Written::kFenced;
  TRY_OK(insert_entries(database, write, entries));
  if (write.end) {
    TRY_OK(write_end(database, write));
  }
  return Written::kDone;
}

Result<std::optional<ClaimedExecution>> claim_execution(store::Database& database, ExecutionId id,
                                                        const Lease& lease, std::int64_t now_ms,
                                                        const std::string& sole_process) {
  TRY(std::optional<ClaimedExecution> row, read_row(database, id));
  if (!row) return std::nullopt;
  TRY(store::Statement update,
      database.statement(
          "UPDATE execution SET status = 'running', owner = ?2, lease_until_ms = ?3,"
          " attempt = attempt + 1, barren = barren + 1"
          " WHERE id = ?1 AND (status = 'new' OR (status = 'running' AND (lease_until_ms < ?4"
          " OR (?5 <> '' AND substr(owner, 1, length(?5)) <> ?5))))"));
  const std::string ours = sole_process.empty() ? "" : sole_process + "/";
  TRY_OK(update.bind(id, lease.owner, lease.until_ms, now_ms, ours).run());
  if (database.changes() == 0) return std::nullopt;
  ++row->attempt;
  TRY(row->journal, read_journal(database, id));
  return row;
}

Result<> renew_leases(store::Database& database, const Lease& lease) {
  TRY(store::Statement update, database.statement("UPDATE execution SET lease_until_ms = ?"
                                                  " WHERE owner = ? AND status = 'running'"));
  return update.bind(lease.until_ms, lease.owner).run();
}

Result<ExecutionId> reserve_ids(store::Database& database, std::uint64_t count) {
  TRY(store::Statement update,
      database.statement("UPDATE counter SET next = next + ? WHERE name = 'execution'"
                         " RETURNING next - ?"));
  update.bind(count, count);
  TRY(const bool row, update.step());
  if (!row) return fail(Cause::kInternal, "the store has no counter of executions");
  const auto first = static_cast<ExecutionId>(update.integer(0));
  TRY_OK(update.run());
  return first;
}

Result<> keep_version(store::Database& database, const Workflow& workflow, std::int64_t now_ms) {
  TRY(store::Statement insert,
      database.statement("INSERT OR IGNORE INTO workflow_version (workflow_id, version, name,"
                         " source, created_ms) VALUES (?, ?, ?, ?, ?)"));
  const std::string source = pack(workflow.source());
  return insert
      .bind(workflow.id(), workflow.version_id(), workflow.name(), store::Blob{source}, now_ms)
      .run();
}

Result<std::vector<ExecutionId>> unfinished_executions(store::Database& database) {
  TRY(store::Statement select,
      database.statement(
          "SELECT id FROM execution WHERE status IN ('new', 'running') ORDER BY id"));
  std::vector<ExecutionId> ids;
  while (true) {
    TRY(const bool row, select.step());
    if (!row) return ids;
    ids.push_back(static_cast<ExecutionId>(select.integer(0)));
  }
}

Result<std::vector<ExecutionRow>> recent_executions(store::Database& database, std::size_t limit) {
  TRY(store::Statement select,
      database.statement("SELECT id, workflow_id, status, mode, last_node, error, attempt"
                         " FROM execution ORDER BY id DESC LIMIT ?"));
  select.bind(limit);
  std::vector<ExecutionRow> rows;
  while (true) {
    TRY(const bool row, select.step());
    if (!row) return rows;
    rows.push_back({.id = static_cast<ExecutionId>(select.integer(0)),
                    .workflow_id = std::string(select.text(1)),
                    .status = std::string(select.text(2)),
                    .mode = std::string(select.text(3)),
                    .last_node = std::string(select.text(4)),
                    .error = std::string(select.text(5)),
                    .attempt = static_cast<std::uint32_t>(select.integer(6))});
  }
}

}  // namespace vaettir::engine
