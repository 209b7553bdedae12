// Task<T>: a call that may not be finished yet.
//
// Calling a coroutine runs it, like any function, up to the first thing it really has to wait for.
// The Task owns the frame: destroying a Task cancels the work, and everything the frame holds is
// released by destructors. A Task is awaited at most once, on the loop that made it; only that loop
// resumes it. A function that has its answer at hand need not be a coroutine: `return
// Step::kContinue;` builds a ready Task without a frame.
#pragma once
#include <cassert>
#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/async/frame_pool.h"

namespace vaettir {

template <class T = void>
class Task;

// Derive from this what must not be held across a co_await (locks, isolate scopes).
struct NotAcrossAwait {};

namespace detail {

// What may be a parameter of a coroutine, checked at compile time: T&& dangles as soon as the
// caller's full expression ends; locks are not held across suspension.
template <class A>
consteval bool param_ok() {
  if constexpr (std::is_rvalue_reference_v<A>)
    return false;
  else if constexpr (!requires { sizeof(std::remove_reference_t<A>); })
    return true;
  else
    return !std::is_base_of_v<NotAcrossAwait, std::remove_cvref_t<A>>;
}

struct PromiseBase : Pooled {
  std::coroutine_handle<> waiter = std::noop_coroutine();
  std::exception_ptr thrown;

  // Eager: a child that finishes at once never suspends its parent, so a loop of ready awaits uses
  // no stack.
  std::suspend_never initial_suspend() noexcept { return {}; }
  struct Final {
    bool await_ready() noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) noexcept {
      return self.promise().waiter;
    }
    void await_resume() noexcept {}
  };
  Final final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { thrown = std::current_exception(); }
  void rethrow() {
    if (thrown) [[unlikely]]
      std::rethrow_exception(std::exchange(thrown, nullptr));
  }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object() noexcept;
  template <class U = T>
    requires std::convertible_to<U&&, T>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    rethrow();
    return *std::move(value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void take() { rethrow(); }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  template <class U = T>
    requires(!std::is_void_v<T> && std::convertible_to<U &&, T> &&
             !std::same_as<std::remove_cvref_t<U>, Task>)
  Task(U&& ready) : ready_(std::forward<U>(ready)) {}  // NOLINT: a value is a finished Task
  Task()
    requires std::is_void_v<T>
  = default;  // a finished Task<void>
  explicit Task(Handle frame) noexcept : frame_(frame) {}
  Task(Task&& other) noexcept
      : frame_(std::exchange(other.frame_, {})), ready_(std::move(other.ready_)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      this->~Task();
      new (this) Task(std::move(other));
    }
    return *this;
  }
  ~Task() {
    if (frame_) std::exchange(frame_, {}).destroy();
  }

  bool done() const { return !frame_ || frame_.done(); }
  // Who is resumed, by the loop, when the work is done; for owners that do not co_await (Scope,
  // tests).
  void on_done(std::coroutine_handle<> waiter) { frame_.promise().waiter = waiter; }

  struct Awaiter {
    Task& task;
    bool await_ready() const noexcept { return task.done(); }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
      task.frame_.promise().waiter = waiter;
    }
    T await_resume() { return task.take(); }
  };
  Awaiter operator co_await() && noexcept { return Awaiter{*this}; }
  // Waits without taking the value, so that an owner may start the work early and await it later;
  // take() follows.
  struct [[nodiscard]] Join {
    Task& task;
    bool waiting = false;
    explicit Join(Task& joined) noexcept : task(joined) {}
    Join(const Join&) = delete;
    Join& operator=(const Join&) = delete;
    // Whoever stops waiting early (Race) is not resumed later; the task outlives its Join.
    ~Join() {
      if (waiting && !task.done()) task.frame_.promise().waiter = std::noop_coroutine();
    }
    bool await_ready() const noexcept { return task.done(); }
    void await_suspend(std::coroutine_handle<> waiter) noexcept {
      waiting = true;
      task.frame_.promise().waiter = waiter;
    }
    void await_resume() noexcept {}
    bool arrived() const noexcept { return task.done(); }
  };
  Join join() noexcept { return Join(*this); }

  // The value of a finished task; once.
  T take() {
    assert(done());
    if constexpr (!std::is_void_v<T>) {
      if (!frame_) return *std::move(ready_);
    } else {
      if (!frame_) return;
    }
    return frame_.promise().take();
  }

 private:
  struct Nothing {};
  Handle frame_;
  std::optional<std::conditional_t<std::is_void_v<T>, Nothing, T>> ready_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}
}  // namespace detail

}  // namespace vaettir

template <class T, class... Args>
struct std::coroutine_traits<vaettir::Task<T>, Args...> {
  static_assert((vaettir::detail::param_ok<Args>() && ...),
                "this type may not be a coroutine parameter: it would dangle or hold a lock");
  using promise_type = vaettir::detail::Promise<T>;
};
