// OrDone: waits for an awaiter of the ground (readiness, a closed peer, a sleep) or for a task to
// end, whichever comes first. `co_await or_done(inner, task)` is true when the task has ended; the
// awaiter is then cancelled by its destructor. The task is not taken and goes on otherwise.
#pragma once
#include <coroutine>
#include <type_traits>
#include <utility>

#include "base/async/task.h"

namespace vaettir::http {

template <class Inner, class T>
class [[nodiscard]] OrDone {
 public:
  OrDone(Inner&& inner, Task<T>& task) = delete;
  template <class Make>
  OrDone(Make&& make, Task<T>& task) : inner_(make()), task_(task) {}
  OrDone(const OrDone&) = delete;

  bool await_ready() { return task_.done() || inner_.await_ready(); }
  bool await_suspend(std::coroutine_handle<> waiter) {
    if constexpr (std::is_void_v<decltype(inner_.await_suspend(waiter))>) {
      inner_.await_suspend(waiter);
    } else {
      if (!inner_.await_suspend(waiter)) return false;
    }
    task_.on_done(waiter);
    return true;
  }
  bool await_resume() {
    if (task_.done()) return true;
    task_.on_done(std::noop_coroutine());
    return false;
  }

 private:
  Inner inner_;
  Task<T>& task_;
};

// `make` builds the awaiter in place: awaiters can be neither copied nor moved.
template <class T, class Make>
OrDone<std::invoke_result_t<Make&>, T> or_done(Task<T>& task, Make make) {
  return OrDone<std::invoke_result_t<Make&>, T>(make, task);
}

}  // namespace vaettir::http
