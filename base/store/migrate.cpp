// Database::migrate: the schema, one numbered step after the other.
#include <fmt/format.h>

#include "base/store/sqlite.h"

namespace vaettir::store {

Result<int> Database::schema_version() {
  TRY(auto known, integer("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'"));
  if (!known) return 0;
  TRY(auto last, integer("SELECT max(number) FROM schema_version"));
  return static_cast<int>(last.value_or(0));
}

Result<> Database::migrate(std::span<const Migration> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    CHECK(migrations[i].number == static_cast<int>(i) + 1);
  }
  const int newest = static_cast<int>(migrations.size());
  auto too_new = [&](int version) {
    return fail(
        Cause::kStoreUnavailable,
        fmt::format("{}: the store has schema {}, this program knows schema {} and no newer "
                    "one: start the newer program, or restore the backup made before it",
                    name_, version, newest));
  };
  // Looked at without the write lock first: an up-to-date store opens while another process writes.
  TRY(const int before, schema_version());
  if (before > newest) return too_new(before);
  if (before == newest) return {};
  return vaettir::store::in_transaction(*this, [&]() -> Result<> {
    TRY_OK(
        execute("CREATE TABLE IF NOT EXISTS schema_version"
                " (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT"));
    TRY(const int current, schema_version());  // another process may have been quicker
    if (current > newest) return too_new(current);
    for (const Migration& each : migrations.subspan(static_cast<std::size_t>(current))) {
      if (auto done = execute(each.sql); !done) {
        return std::unexpected(std::move(done).error().because(
            fmt::format("migration {} ({})", each.number, each.name)));
      }
      TRY(Statement row, statement("INSERT INTO schema_version (number, name) VALUES (?, ?)"));
      TRY_OK(row.bind(each.number, each.name).run());
    }
    return {};
  });
}

}  // namespace vaettir::store
