// co_await Race{a, b}: waits for two things at once; true when `a` is there (else `b` was first).
// Both are awaiters made in place, which leave whatever they wait for in their destructors and say
// `arrived()`: task.join(), event.wait(), sleep(), the operations of net::Stream. The loser is only
// no longer waited for: a task that lost goes on until its owner destroys it. Values are not taken:
// join() a task, then take() it.
//   if (!co_await Race{handler.join(), stream.wait_closed()}) co_return;  // the client is gone
#pragma once
#include <coroutine>
#include <type_traits>

namespace vaettir {

template <class A, class B>
struct [[nodiscard]] Race {
  A a;
  B b;

  bool await_ready() { return a.await_ready() || b.await_ready(); }
  // Both resume the same coroutine; whoever comes second finds that its awaiter is destroyed.
  bool await_suspend(std::coroutine_handle<> waiter) {
    return suspend(a, waiter) && suspend(b, waiter);
  }
  bool await_resume() const { return a.arrived(); }

 private:
  template <class W>
  static bool suspend(W& side, std::coroutine_handle<> waiter) {
    if constexpr (std::is_same_v<decltype(side.await_suspend(waiter)), bool>) {
      return side.await_suspend(waiter);
    } else {
      static_assert(std::is_void_v<decltype(side.await_suspend(waiter))>);
      side.await_suspend(waiter);
      return true;
    }
  }
};
template <class A, class B>
Race(A, B) -> Race<A, B>;

}  // namespace vaettir
