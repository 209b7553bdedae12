// ExecutionIds: hands out execution ids on one loop from a block that the store reserved, and has
// the next block ready before the first is used up. Owned by the worker.
#pragma once
#include <optional>

#include "base/async/loop.h"
#include "base/async/task.h"
#include "base/core/result.h"
#include "engine/store/execution_rows.h"

namespace vaettir::engine {

class ExecutionStore;

class ExecutionIds {
 public:
  // One write to the store for so many executions; what a crash leaves unused is a gap in the
  // numbers, nothing else.
  static constexpr std::uint64_t kBlock = 1000;

  ExecutionIds(Loop& loop, ExecutionStore& store) : loop_(loop), store_(store) {}
  // Ready at once but for the first call (and where the store is slower than half a block).
  Task<Result<ExecutionId>> next();
  // A first block, for those who may wait before the loop runs.
  void begin_with(ExecutionId first) {
    next_ = first;
    end_ = first + kBlock;
  }

 private:
  Task<Result<ExecutionId>> next_of_new_block();
  Task<void> fetch_spare();

  Loop& loop_;
  ExecutionStore& store_;
  ExecutionId next_ = 0;
  ExecutionId end_ = 0;
  std::optional<ExecutionId> spare_;  // first of another block
  Task<void> fetching_;
};

}  // namespace vaettir::engine
