// SQLite, as the engine's store uses it: Database (one connection), Statement (prepared once, lent
// out), Transaction, and numbered migrations. Every call here may wait for the disk, so none
// belongs on a loop: a Database belongs to one store thread (a ThreadPool of one) that loops reach
// through offload. It may be opened and migrated elsewhere before; bind_to_this_thread() then says
// whose it is, and debug builds hold everybody to it. Statements and transactions end before it.
//   TRY(auto insert, db.statement("INSERT INTO workflow (id, name) VALUES (?, ?)"));
//   TRY_OK(insert.bind(id, name).run());
// Errors: store_unavailable (disk, locks, a damaged file); internal for what only a bug of ours can
// cause (wrong SQL, a broken constraint). Their text names file and reason, never a bound value.
#pragma once
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "base/core/result.h"
#include "base/core/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace vaettir::store {

class Database;

// Bytes that are no text.
struct Blob {
  std::string_view bytes;
};

// A prepared statement on loan: its destructor resets it and gives it back. Parameters are copied
// when they are bound. A column's text or blob is valid until the next step().
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // All parameters in their order; a reused statement begins anew. A failure is told by step().
  template <class... Args>
  Statement& bind(const Args&... args) {
    begin_binding(sizeof...(Args));
    int index = 0;
    (bind_one(++index, args), ...);
    return *this;
  }

  Result<bool> step();  // true: a row is there, false: the end
  Result<> run();       // to the end, whatever rows come

  // Of the row that step() found; columns from 0. NULL reads as 0, 0.0, "".
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;

 private:
  friend class Database;
  // `lent`: what is set back when the loan ends; nullptr: the statement is used once.
  Statement(Database& database, sqlite3_stmt* handle, bool* lent)
      : database_(&database), handle_(handle), lent_(lent) {}

  void begin_binding(std::size_t count);
  void bind_one(int index, std::nullptr_t);
  void bind_one(int index, std::nullopt_t) { bind_one(index, nullptr); }
  void bind_one(int index, std::integral auto value) {
    bind_integer(index, static_cast<std::int64_t>(value));
  }
  void bind_one(int index, double value);
  void bind_one(int index, std::string_view text);
  void bind_one(int index, const std::string& text) { bind_one(index, std::string_view(text)); }
  void bind_one(int index, const char* text) { bind_one(index, std::string_view(text)); }
  void bind_one(int index, Blob blob);
  template <class T>
  void bind_one(int index, const std::optional<T>& value) {
    value ? bind_one(index, *value) : bind_one(index, nullptr);
  }
  void bind_integer(int index, std::int64_t value);
  void note(int status);

  Database* database_;
  sqlite3_stmt* handle_;
  bool* lent_;
  int bind_status_ = 0;
};

enum class Durability : std::uint8_t {
  kFull,    // a commit is on the disk when it returns: what "acknowledged" needs
  kNormal,  // a power cut may lose the last commits, never the file
};

struct DatabaseOptions {
  Durability durability = Durability::kFull;
  // How long another process (a backup, the sqlite3 shell) may hold the lock.
  Duration busy = std::chrono::seconds(5);
};

// One step of the schema, forward only. Numbers are 1, 2, 3, ... without a gap; a step that was
// ever released is never changed.
struct Migration {
  int number;
  std::string_view name;
  std::string_view sql;  // any number of statements
};

class Database {
 public:
  // Creates the file (mode 0600) where there is none. WAL, foreign keys on.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path,
                                                DatabaseOptions options = {});
  // Without a file: for tests, and for `execute`, which keeps nothing.
  static Result<std::unique_ptr<Database>> in_memory();
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void bind_to_this_thread() { owner_ = std::this_thread::get_id(); }

  // Brings the schema up to the last of `migrations`, all in one transaction, under the write lock,
  // so that two processes cannot both do it. A store that is newer than that is refused, with both
  // numbers in the text.
  Result<> migrate(std::span<const Migration> migrations);
  // The number of the last migration; 0 for a new store.
  Result<int> schema_version();

  // Prepared at the first call with this text, then reused: pass literals, never texts with values.
  Result<Statement> statement(std::string_view sql);
  // Any number of statements without parameters, rows are ignored.
  Result<> execute(std::string_view sql);

  // The first column of the first row, if there is a row.
  template <class... Args>
  Result<std::optional<std::int64_t>> integer(std::string_view sql, const Args&... args) {
    TRY(Statement found, statement(sql));
    found.bind(args...);
    TRY(const bool row, found.step());
    return row && !found.is_null(0) ? std::optional(found.integer(0)) : std::nullopt;
  }

  std::int64_t last_insert_id() const;
  std::int64_t changes() const;  // rows of the last INSERT, UPDATE or DELETE
  bool in_transaction() const;

 private:
  friend class Statement;
  Database(sqlite3* handle, std::string name) : handle_(handle), name_(std::move(name)) {}
  static Result<std::unique_ptr<Database>> open_file(const std::string& path,
                                                     const DatabaseOptions& options);
  Result<> set_up(const DatabaseOptions& options);
  Result<> use_wal(Duration busy);
  void check_thread() const {
    assert(owner_ == std::thread::id() || owner_ == std::this_thread::get_id());
  }
  std::unexpected<Error> error(int status) const;

  sqlite3* handle_;
  std::string name_;
  std::thread::id owner_;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Cached {
    sqlite3_stmt* handle;
    bool lent;
  };
  std::unordered_map<std::string, Cached, TextHash, std::equal_to<>> cache_;
};

// Holds the write lock from begin() on; rolled back unless commit() succeeded. Not nested.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;  // nullptr: over
};

// Runs `work` (returning a Result) in a transaction: committed where it succeeds, otherwise undone.
template <class Work>
auto in_transaction(Database& database, Work&& work) -> decltype(work()) {
  TRY(Transaction transaction, Transaction::begin(database));
  auto result = work();
  if (!result) return result;
  TRY_OK(transaction.commit());
  return result;
}

}  // namespace vaettir::store
