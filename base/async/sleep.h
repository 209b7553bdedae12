// Exact timers: co_await sleep(loop, 30ms). For retries, probes and short deadlines of single
// operations; idle limits of connections are swept (loop.h).
#pragma once
#include <coroutine>

#include "base/async/loop.h"

struct event;

namespace vaettir {

// One-shot timer on a loop; destroying it cancels. At most one waiter.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  void start(Duration after, std::move_only_function<void()> expired);
  void stop();
  bool running() const { return running_; }

 private:
  Loop& loop_;
  ::event* event_;
  bool running_ = false;
  std::move_only_function<void()> expired_;
};

class [[nodiscard]] Sleep {
 public:
  Sleep(Loop& loop, Duration duration) : timer_(loop), duration_(duration) {}
  bool await_ready() const { return duration_ <= Duration::zero(); }
  void await_suspend(std::coroutine_handle<> waiter) {
    timer_.start(duration_, [waiter] { waiter.resume(); });
  }
  void await_resume() {}

 private:
  Timer timer_;
  Duration duration_;
};
inline Sleep sleep(Loop& loop, Duration duration) { return Sleep(loop, duration); }

// The task's result, or nullopt when `limit` passed first: then the task is cancelled.
template <class T>
Task<std::optional<T>> within(Loop& loop, Duration limit, Task<T> task);

}  // namespace vaettir
#include "base/async/within.h"  // IWYU pragma: keep
