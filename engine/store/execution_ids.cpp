#include "engine/store/execution_ids.h"

#include <utility>

#include "engine/store/execution_store.h"

namespace vaettir::engine {

Task<Result<ExecutionId>> ExecutionIds::next() {
  if (next_ == end_) {
    if (!spare_) return next_of_new_block();
    begin_with(*std::exchange(spare_, std::nullopt));
  }
  if (end_ - next_ <= kBlock / 2 && !spare_ && fetching_.done()) fetching_ = fetch_spare();
  return Result<ExecutionId>(next_++);
}

Task<Result<ExecutionId>> ExecutionIds::next_of_new_block() {
  CO_TRY(const ExecutionId first, co_await store_.reserve_ids(loop_, kBlock));
  // Others may have waited at the same time: the first one's block is used, of the others one id.
  if (next_ == end_) {
    begin_with(first);
    ++next_;
  }
  co_return first;
}

Task<void> ExecutionIds::fetch_spare() {
  Result<ExecutionId> first = co_await store_.reserve_ids(loop_, kBlock);
  // Without one the next block is asked for when it is needed, and that failure is told.
  if (first) spare_ = *first;
}

}  // namespace vaettir::engine
