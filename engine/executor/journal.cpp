#include "engine/executor/journal.h"

#include <utility>

#include "engine/executor/journal_codec.h"
#include "engine/store/execution_store.h"

namespace vaettir::engine {

Journal::Journal(Loop& loop, ExecutionStore& store, ExecutionId id, std::uint32_t attempt,
                 std::optional<NewExecution> create, std::uint64_t next_sequence)
    : loop_(loop), store_(store), next_sequence_(next_sequence) {
  write_.id = id;
  write_.attempt = attempt;
  write_.create = std::move(create);
}

void Journal::begin(const Begin& begin) {
  write_.entries.push_back(
      [begin] { return JournalEntry{EntryKind::kBegin, begin.trigger, 0, encode_begin(begin)}; });
}

void Journal::mark_start(NodeIndex node, std::uint32_t run) {
  write_.entries.push_back([node, run] { return JournalEntry{EntryKind::kStart, node, run, {}}; });
}

void Journal::add(RunRecordPtr record, std::vector<Items> inputs) {
  write_.entries.push_back([record = std::move(record), inputs = std::move(inputs)] {
    return JournalEntry{EntryKind::kRecord, record->node, record->run,
                        encode_record(*record, inputs)};
  });
}

ExecutionWrite Journal::take() {
  ExecutionWrite write;
  write.id = write_.id;
  write.attempt = write_.attempt;
  write.create = std::exchange(write_.create, std::nullopt);
  write.first_sequence = next_sequence_;
  write.entries = std::exchange(write_.entries, {});
  next_sequence_ += write.entries.size();
  return write;
}

// After one that did not succeed nothing that follows may.
void Journal::note(Result<Written> written) {
  const bool good = written && *written == Written::kDone;
  if (!good && !trouble_) trouble_ = std::move(written);
}

Task<Result<Written>> Journal::settle_behind() {
  while (!behind_.empty()) {
    Task<Result<Written>> earlier = std::move(behind_.front());
    behind_.pop_front();
    note(co_await std::move(earlier));
  }
  if (!trouble_) co_return Written::kDone;
  if (*trouble_) co_return **trouble_;
  co_return std::unexpected(trouble_->error().copy());
}

Task<Result<Written>> Journal::commit() {
  CO_TRY(const Written earlier, co_await settle_behind());
  if (earlier == Written::kFenced) co_return earlier;
  if (write_.entries.empty() && !write_.create) co_return Written::kDone;
  co_return co_await store_.write(loop_, take());
}

void Journal::commit_behind() {
  while (!behind_.empty() && behind_.front().done()) {
    note(behind_.front().take());
    behind_.pop_front();
  }
  if (!trouble_ && !write_.entries.empty()) behind_.push_back(store_.write(loop_, take()));
}

Task<Result<Written>> Journal::close(ExecutionEnd end) {
  CO_TRY(const Written earlier, co_await settle_behind());
  if (earlier == Written::kFenced) co_return earlier;
  if (end.discard && write_.create) co_return Written::kDone;  // it was never written
  ExecutionWrite write = take();
  if (end.discard) write.entries.clear();
  write.end = std::move(end);
  co_return co_await store_.write(loop_, std::move(write));
}

}  // namespace vaettir::engine
