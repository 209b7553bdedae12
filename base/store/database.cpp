#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/store/sqlite.h"

namespace vaettir::store {
namespace {

// What the program keeps prepared; its own texts are fewer. Above this, statements live for one
// use.
constexpr std::size_t kMaxCached = 256;

Cause cause_of(int status) {
  switch (status & 0xff) {  // the primary code
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
      return Cause::kInternal;
    default:
      return Cause::kStoreUnavailable;
  }
}

// SQLite would create the file readable for all; its companions take over the file's mode.
Result<> create_private(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(Cause::kStoreUnavailable,
                fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  }
  ::close(fd);
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path,
                                                 DatabaseOptions options) {
  TRY_OK(create_private(path.string()));
  TRY(auto database, open_file(path.string(), options));
  TRY_OK(database->use_wal(options.busy));
  return database;
}

Result<std::unique_ptr<Database>> Database::in_memory() { return open_file(":memory:", {}); }

Result<std::unique_ptr<Database>> Database::open_file(const std::string& path,
                                                      const DatabaseOptions& options) {
  // Without SQLite's own mutexes: a connection is used by one thread at a time.
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                         SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;
  sqlite3* handle = nullptr;
  int status = sqlite3_open_v2(path.c_str(), &handle, kFlags, nullptr);
  std::unique_ptr<Database> database(new Database(handle, path));
  if (status != SQLITE_OK) return database->error(status);
  TRY_OK(database->set_up(options));
  return database;
}

Result<> Database::set_up(const DatabaseOptions& options) {
  auto busy = std::chrono::duration_cast<std::chrono::milliseconds>(options.busy);
  sqlite3_busy_timeout(handle_, static_cast<int>(busy.count()));
  // The size limit gives the disk back after a large transaction; 8 MiB of cache is what the idle
  // budget of the whole program leaves room for.
  return execute(
      fmt::format("PRAGMA synchronous = {};"
                  "PRAGMA foreign_keys = ON;"
                  "PRAGMA trusted_schema = OFF;"
                  "PRAGMA temp_store = MEMORY;"
                  "PRAGMA cache_size = -8192;"
                  "PRAGMA journal_size_limit = 67108864",
                  options.durability == Durability::kFull ? "FULL" : "NORMAL"));
}

Result<> Database::use_wal(Duration busy) {
  constexpr std::string_view kSetWal = "PRAGMA journal_mode = WAL";
  // Two processes that make a new file at once meet here, and SQLite does not wait by itself while
  // it changes the mode.
  const Deadline give_up = Clock::now() + busy;
  for (Result<> set = execute(kSetWal); !set; set = execute(kSetWal)) {
    const bool locked = (sqlite3_extended_errcode(handle_) & 0xff) == SQLITE_BUSY;
    if (!locked || Clock::now() >= give_up) return set;
    sqlite3_sleep(5);
  }
  // Only a mode that was really set keeps its promise: some file systems cannot do WAL.
  TRY(Statement mode, statement("PRAGMA journal_mode"));
  TRY(const bool row, mode.step());
  if (row && mode.text(0) == "wal") return {};
  return fail(Cause::kStoreUnavailable,
              fmt::format("{}: this file system cannot do what SQLite's WAL needs", name_));
}

Database::~Database() {
  for (auto& [sql, cached] : cache_) {
    CHECK(!cached.lent);
    sqlite3_finalize(cached.handle);
  }
  CHECK(sqlite3_close(handle_) == SQLITE_OK);  // busy: a statement that outlives its database
}

Result<Statement> Database::statement(std::string_view sql) {
  check_thread();
  auto found = cache_.find(sql);
  if (found != cache_.end() && !std::exchange(found->second.lent, true)) {
    return Statement(*this, found->second.handle, &found->second.lent);
  }
  const bool keep = found == cache_.end() && cache_.size() < kMaxCached;
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  int status = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                  keep ? SQLITE_PREPARE_PERSISTENT : 0, &handle, &rest);
  if (status != SQLITE_OK) return error(status);
  std::string_view unread = sql.substr(static_cast<std::size_t>(rest - sql.data()));
  if (!handle || unread.find_first_not_of("; \t\r\n") != std::string_view::npos) {
    sqlite3_finalize(handle);
    return fail(Cause::kInternal, name_ + ": exactly one statement expected");
  }
  if (!keep) return Statement(*this, handle, nullptr);
  // Elements of the map keep their place: a Statement may point to its own.
  found = cache_.emplace(std::string(sql), Cached{handle, true}).first;
  return Statement(*this, handle, &found->second.lent);
}

Result<> Database::execute(std::string_view sql) {
  check_thread();
  int status = sqlite3_exec(handle_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return error(status);
  return {};
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_); }
std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

std::unexpected<Error> Database::error(int status) const {
  // The message names tables and columns, never values; without a handle there is only the code.
  const char* reason = handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(status);
  return fail(cause_of(status), fmt::format("{}: {} (SQLite {})", name_, reason, status));
}

Result<Transaction> Transaction::begin(Database& database) {
  assert(!database.in_transaction());
  // IMMEDIATE: the lock is waited for here and not halfway, where SQLite could only give up.
  TRY_OK(database.execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Result<> Transaction::commit() {
  assert(database_);
  TRY_OK(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

Transaction::~Transaction() {
  // After some errors (a full disk) SQLite has rolled back by itself.
  if (!database_ || !database_->in_transaction()) return;
  auto undone = database_->execute("ROLLBACK");
  // A rollback that fails leaves the connection in a transaction: going on would write into it.
  CHECK(undone.has_value() || !database_->in_transaction());
}

}  // namespace vaettir::store
