// What the store knows about executions: one small row each and an append-only journal. These are
// the values; execution_store.h reads and writes them. A row belongs to whoever claimed it last:
// every write names the attempt it was made under and has no effect under an older one.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace vaettir::engine {

using ExecutionId = std::uint64_t;  // increasing; shown as decimal text

// Of the status column; n8n's words.
inline constexpr std::string_view kStatusNew = "new";
inline constexpr std::string_view kStatusRunning = "running";
inline constexpr std::string_view kStatusCrashed = "crashed";

// Who may write a row, until when.
struct Lease {
  std::string owner;  // one worker of one process
  std::int64_t until_ms = 0;
};

struct NewExecution {
  std::string workflow_id;
  std::string workflow_version;
  std::string mode;
  std::int64_t created_ms = 0;
  std::optional<Lease> claimed;  // by the worker that makes it; nullopt: anybody may claim it
};

enum class EntryKind : char {
  kBegin = 'b',   // trigger and input; always the first
  kStart = 's',   // a node that writes is about to run
  kRecord = 'r',  // a node has run
};
struct JournalEntry {
  EntryKind kind = EntryKind::kRecord;
  std::uint32_t node = 0;
  std::uint32_t run = 0;
  std::string payload;  // journal_codec.h; empty for kStart
};

struct ExecutionEnd {
  std::string status;
  std::string last_node;
  std::string error;
  std::int64_t stopped_ms = 0;
  bool discard = false;  // nothing of it is kept
};

// One write, atomic. Entries are encoded where it is carried out, not on the execution's loop.
struct ExecutionWrite {
  ExecutionId id = 0;
  std::uint32_t attempt = 0;
  std::optional<NewExecution> create;
  std::uint64_t first_sequence = 0;
  std::vector<std::function<JournalEntry()>> entries;
  std::optional<ExecutionEnd> end;
};
enum class Written : std::uint8_t {
  kDone,
  kFenced,  // somebody else has claimed it since: nothing was written
};

struct ClaimedExecution {
  std::uint32_t attempt = 0;
  bool was_running = false;  // an earlier attempt did not end
  std::uint32_t barren = 0;  // attempts before this one, in a row, without a journal step
  std::string workflow_id;
  std::string workflow_version;
  std::string workflow_source;  // of that version
  std::string mode;
  std::vector<JournalEntry> journal;
};

struct ExecutionRow {
  ExecutionId id = 0;
  std::string workflow_id;
  std::string status;
  std::string mode;
  std::string last_node;
  std::string error;
  std::uint32_t attempt = 0;
};

}  // namespace vaettir::engine
