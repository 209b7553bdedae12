// Journal: what happened in one execution and is not in the store yet. Entries are collected in
// memory and committed together: before something leaves that they promise (an answer, a write to
// the outside) and at the end. Owned by the execution, on its loop; destroying it drops what was
// not committed.
#pragma once
#include <deque>
#include <optional>
#include <vector>

#include "base/async/loop.h"
#include "base/async/task.h"
#include "base/core/result.h"
#include "engine/executor/state.h"
#include "engine/executor/step.h"
#include "engine/store/execution_rows.h"

namespace vaettir::engine {

class ExecutionStore;

class Journal {
 public:
  // `create`: the row is not in the store yet and is made by the first commit.
  Journal(Loop& loop, ExecutionStore& store, ExecutionId id, std::uint32_t attempt,
          std::optional<NewExecution> create, std::uint64_t next_sequence);

  void begin(const Begin& begin);
  void mark_start(NodeIndex node, std::uint32_t run);
  // `inputs`: what the node was given.
  void add(RunRecordPtr record, std::vector<Items> inputs);

  // Is there a row of it in the store (or on its way there)?
  bool stored() const { return !write_.create; }
  // All entries so far are in the store when this is done. kFenced: another worker has it now; the
  // execution must stop without a trace. Errors: store_unavailable.
  Task<Result<Written>> commit();
  // Starts the same without waiting; commit() and close() wait for it.
  void commit_behind();
  // The last write: entries and end in one transaction, or nothing of it kept.
  Task<Result<Written>> close(ExecutionEnd end);

 private:
  Task<Result<Written>> settle_behind();
  void note(Result<Written> written);
  ExecutionWrite take();

  Loop& loop_;
  ExecutionStore& store_;
  ExecutionWrite write_;  // what the next commit writes
  std::uint64_t next_sequence_;
  std::deque<Task<Result<Written>>> behind_;  // oldest first; the store keeps their order
  std::optional<Result<Written>> trouble_;    // how the first that did not succeed ended
};

}  // namespace vaettir::engine
