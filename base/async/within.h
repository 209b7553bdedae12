// within(): a task that may take so long and no longer.
#pragma once
#include <optional>

#include "base/async/race.h"
#include "base/async/sleep.h"
#include "base/async/task.h"

namespace vaettir {

// The task's result, or nullopt when `limit` passed first: then the task is cancelled.
template <class T>
  requires(!std::is_void_v<T>)
Task<std::optional<T>> within(Loop& loop, Duration limit, Task<T> task) {
  if (!co_await Race{task.join(), sleep(loop, limit)}) {
    const Task<T> cancelled = std::move(task);
    co_return std::nullopt;
  }
  co_return task.take();
}

// true: it was done in time.
inline Task<bool> within(Loop& loop, Duration limit, Task<void> task) {
  if (!co_await Race{task.join(), sleep(loop, limit)}) {
    const Task<void> cancelled = std::move(task);
    co_return false;
  }
  task.take();
  co_return true;
}

}  // namespace vaettir
