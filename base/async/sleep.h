// Exact timers: co_await sleep(loop, 30ms). For retries, probes and short deadlines of single
// operations; idle limits of connections are swept (loop.h).
#pragma once
#include <event2/event_struct.h>

#include <coroutine>
#include <functional>

#include "base/async/loop.h"

namespace vaettir {

// One-shot timer on a loop; destroying it cancels. Never early; late by the kernel's coarse clock
// (4 ms).
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  // Replaces what was running. `expired` may destroy or start the timer.
  void start(Duration after, std::move_only_function<void()> expired);
  void stop();
  bool running() const { return running_; }

 private:
  static void on_event(evutil_socket_t, short, void* self);
  void arm(Duration after);
  ::event event_;
  Deadline due_;
  bool running_ = false;
  std::move_only_function<void()> expired_;
};

class [[nodiscard]] Sleep {
 public:
  Sleep(Loop& loop, Duration duration) : timer_(loop), duration_(duration) {}
  bool await_ready() { return arrived_ = duration_ <= Duration::zero(); }
  void await_suspend(std::coroutine_handle<> waiter) {
    timer_.start(duration_, [this, waiter] {
      arrived_ = true;
      waiter.resume();
    });
  }
  void await_resume() {}
  bool arrived() const { return arrived_; }

 private:
  Timer timer_;
  Duration duration_;
  bool arrived_ = false;
};
inline Sleep sleep(Loop& loop, Duration duration) { return Sleep(loop, duration); }
// Until a point in time; kNever never comes.
inline Sleep sleep_until(Loop& loop, Deadline deadline) {
  return Sleep(loop, deadline == kNever ? Duration::max() : Duration(deadline - Clock::now()));
}

// Lets sockets, timers and other tasks go first: for long computations on a loop.
class [[nodiscard]] Yield {
 public:
  explicit Yield(Loop& loop) : loop_(loop) {}
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    entry_.waiter(waiter);
    loop_.next_turn(entry_);
  }
  void await_resume() {}

 private:
  Loop& loop_;
  ReadyHandle entry_;
};
inline Yield yield(Loop& loop) { return Yield(loop); }

}  // namespace vaettir
#include "base/async/within.h"  // IWYU pragma: keep
