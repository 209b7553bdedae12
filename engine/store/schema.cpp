#include "engine/store/schema.h"

#include <fmt/format.h>

namespace vaettir::engine {
namespace {

constexpr std::string_view kFirst = R"(
CREATE TABLE workflow_version (
  workflow_id TEXT NOT NULL,
  version     TEXT NOT NULL,
  name        TEXT NOT NULL,
  source      BLOB NOT NULL,
  created_ms  INTEGER NOT NULL,
  PRIMARY KEY (workflow_id, version)
) STRICT;

CREATE TABLE execution (
  id               INTEGER PRIMARY KEY,
  workflow_id      TEXT NOT NULL,
  workflow_version TEXT NOT NULL,
  mode             TEXT NOT NULL,
  status           TEXT NOT NULL,
  attempt          INTEGER NOT NULL,
  barren           INTEGER NOT NULL,
  owner            TEXT,
  lease_until_ms   INTEGER,
  created_ms       INTEGER NOT NULL,
  stopped_ms       INTEGER,
  last_node        TEXT,
  error            TEXT
) STRICT;
CREATE INDEX execution_unfinished ON execution (id) WHERE status IN ('new', 'running');
CREATE INDEX execution_of_workflow ON execution (workflow_id, id);

CREATE TABLE journal (
  execution_id INTEGER NOT NULL,
  sequence     INTEGER NOT NULL,
  attempt      INTEGER NOT NULL,
  kind         TEXT NOT NULL,
  node         INTEGER NOT NULL,
  run          INTEGER NOT NULL,
  payload      BLOB NOT NULL,
  PRIMARY KEY (execution_id, sequence)
) STRICT;

CREATE TABLE counter (
  name TEXT PRIMARY KEY,
  next INTEGER NOT NULL
) STRICT;
INSERT INTO counter (name, next) VALUES ('execution', 1);
)";

constexpr store::Migration kMigrations[] = {{1, "workflow versions, executions, journal", kFirst}};

}  // namespace

std::span<const store::Migration> store_migrations() { return kMigrations; }

Result<std::unique_ptr<store::Database>> open_store(const std::filesystem::path& file) {
  std::unique_ptr<store::Database> database;
  if (file.empty()) {
    TRY(database, store::Database::in_memory());
  } else {
    TRY(database, store::Database::open(file));
  }
  // The number also lies in the file's head, where tools look for it; whoever raised it there says
  // that the file is newer than this program.
  const auto newest = static_cast<std::int64_t>(store_migrations().size());
  TRY(const auto marked, database->integer("PRAGMA user_version"));
  if (marked.value_or(0) > newest)
    return fail(
        Cause::kStoreUnavailable,
        fmt::format("{}: the store has schema {}, this program knows schema {} and no newer "
                    "one: start the newer program, or restore the backup made before it",
                    file.string(), *marked, newest));
  TRY_OK(database->migrate(store_migrations()));
  if (marked.value_or(0) < newest)
    TRY_OK(database->execute(fmt::format("PRAGMA user_version = {}", newest)));
  return database;
}

}  // namespace vaettir::engine
