// ThreadPool and offload(): what blocks (getaddrinfo, files, passwords) runs on a few threads, and
// the task goes on on its loop.
//   auto content = co_await offload(loop, pool, [path] { return read_file(path); });
// The callable owns what it uses: it may still run after the task that asked was cancelled; its
// result is then dropped.
#pragma once
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/async/loop.h"
#include "base/async/task.h"

namespace vaettir {

// Threads are started when there is work for them, `most` of them. Destroying the pool waits for
// what is running and drops what is not: the tasks that wait for that must be gone before.
class ThreadPool {
 public:
  using Work = std::move_only_function<void()>;
  explicit ThreadPool(std::size_t most);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  void submit(Work work);  // any thread; first in, first out
  std::size_t waiting() const;

 private:
  void serve();
  const std::size_t most_;
  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::deque<Work> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

namespace detail {

template <class F>
struct Offloaded {
  using Value = std::invoke_result_t<F&>;
  using Stored = std::conditional_t<std::is_void_v<Value>, std::monostate, Value>;

  explicit Offloaded(F f) : work(std::move(f)) {}
  void perform() {
    try {
      if constexpr (std::is_void_v<Value>) {
        (*work)();
        value.emplace();
      } else {
        value.emplace((*work)());
      }
    } catch (...) {
      thrown = std::current_exception();
    }
    work.reset();
  }

  std::optional<F> work;  // the pool thread's, from submit() to the message that brings it back
  std::optional<Stored> value;
  std::exception_ptr thrown;
  std::atomic<bool> cancelled{false};
  std::coroutine_handle<> waiter;  // the loop's; null: nobody waits any more
};

template <class F>
class [[nodiscard]] OffloadAwaiter {
 public:
  OffloadAwaiter(Loop& loop, ThreadPool& pool, F work)
      : loop_(loop), pool_(pool), state_(std::make_shared<Offloaded<F>>(std::move(work))) {}
  OffloadAwaiter(const OffloadAwaiter&) = delete;
  OffloadAwaiter& operator=(const OffloadAwaiter&) = delete;
  ~OffloadAwaiter() {
    state_->waiter = {};
    state_->cancelled.store(true, std::memory_order_relaxed);
  }
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    state_->waiter = waiter;
    pool_.submit([state = state_, mailbox = loop_.mailbox()]() mutable {
      if (state->cancelled.load(std::memory_order_relaxed)) return;
      state->perform();
      mailbox->post([done = std::move(state)] {
        if (done->waiter) done->waiter.resume();
      });
    });
  }
  auto await_resume() {
    if (state_->thrown) std::rethrow_exception(state_->thrown);
    if constexpr (!std::is_void_v<typename Offloaded<F>::Value>) return *std::move(state_->value);
  }

 private:
  Loop& loop_;
  ThreadPool& pool_;
  std::shared_ptr<Offloaded<F>> state_;
};

}  // namespace detail

template <class F>
Task<std::invoke_result_t<F&>> offload(Loop& loop, ThreadPool& pool, F work) {
  co_return co_await detail::OffloadAwaiter<F>(loop, pool, std::move(work));
}

}  // namespace vaettir
