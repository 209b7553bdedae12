#include <sqlite3.h>

#include "base/store/sqlite.h"

namespace vaettir::store {

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      handle_(std::exchange(other.handle_, nullptr)),
      lent_(other.lent_),
      bind_status_(other.bind_status_) {}

Statement::~Statement() {
  if (!handle_) return;
  database_->check_thread();
  if (!lent_) {
    sqlite3_finalize(handle_);
    return;
  }
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  *lent_ = false;
}

void Statement::begin_binding(std::size_t count) {
  database_->check_thread();
  CHECK(static_cast<int>(count) == sqlite3_bind_parameter_count(handle_));
  sqlite3_reset(handle_);
  bind_status_ = SQLITE_OK;
}

void Statement::note(int status) {
  if (bind_status_ == SQLITE_OK) bind_status_ = status;
}

void Statement::bind_one(int index, std::nullptr_t) { note(sqlite3_bind_null(handle_, index)); }

void Statement::bind_one(int index, double value) {
  note(sqlite3_bind_double(handle_, index, value));
}

void Statement::bind_integer(int index, std::int64_t value) {
  note(sqlite3_bind_int64(handle_, index, value));
}

// An empty view may have no address, which SQLite would take for NULL.
void Statement::bind_one(int index, std::string_view text) {
  const char* data = text.data() ? text.data() : "";
  note(sqlite3_bind_text64(handle_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind_one(int index, Blob blob) {
  const char* data = blob.bytes.data() ? blob.bytes.data() : "";
  note(sqlite3_bind_blob64(handle_, index, data, blob.bytes.size(), SQLITE_TRANSIENT));
}

Result<bool> Statement::step() {
  database_->check_thread();
  if (bind_status_ != SQLITE_OK) return database_->error(bind_status_);
  int status = sqlite3_step(handle_);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) {
    sqlite3_reset(handle_);  // an open read would keep the log of changes from being cut
    return false;
  }
  auto failed = database_->error(status);
  sqlite3_reset(handle_);
  return failed;
}

Result<> Statement::run() {
  while (true) {
    TRY(const bool row, step());
    if (!row) return {};
  }
}

bool Statement::is_null(int column) const {
  assert(column < sqlite3_data_count(handle_));
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  assert(column < sqlite3_data_count(handle_));
  return sqlite3_column_int64(handle_, column);
}

double Statement::real(int column) const {
  assert(column < sqlite3_data_count(handle_));
  return sqlite3_column_double(handle_, column);
}

std::string_view Statement::text(int column) const {
  assert(column < sqlite3_data_count(handle_));
  auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (!text) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string_view Statement::blob(int column) const {
  assert(column < sqlite3_data_count(handle_));
  auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  if (!bytes) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

}  // namespace vaettir::store
