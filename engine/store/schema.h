// The tables of the engine's own store, as numbered migrations: forward only, a released one is
// never changed.
#pragma once
#include <filesystem>
#include <memory>
#include <span>

#include "base/store/sqlite.h"

namespace vaettir::engine {

std::span<const store::Migration> store_migrations();

// Opens `file` (empty: in memory) and brings its schema up. Errors: store_unavailable, with the
// file and the reason; a store of a newer version is refused untouched.
Result<std::unique_ptr<store::Database>> open_store(const std::filesystem::path& file);

}  // namespace vaettir::engine
