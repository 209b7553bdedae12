// Scope: owns the tasks nobody awaits, and outlives none of them.
//
// A server spawns one task per connection here. A task that ends leaves by itself; destroying the
// Scope cancels the rest. Nothing is ever let go: every task has an owner. Used on one loop only.
#pragma once
#include <list>
#include <type_traits>

#include "base/async/task.h"

namespace vaettir {

class Scope {
 public:
  Scope() = default;
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() { clear(); }

  void spawn(Task<void> task) {
    if (task.done()) return task.take();
    auto it = running_.emplace(running_.end(), *this, std::move(task));
    it->self = it;
    it->task.on_done(it->reaper.handle);
  }
  std::size_t size() const { return running_.size(); }
  bool empty() const { return running_.empty(); }
  // Cancels all; tasks may be spawned again afterwards.
  void clear() {
    while (!running_.empty()) running_.pop_front();
  }

 private:
  // A one-shot coroutine used as a completion callback: Task knows only how to resume a waiter.
  struct Reaper {
    struct promise_type : Pooled {
      Reaper get_return_object() {
        return Reaper{std::coroutine_handle<promise_type>::from_promise(*this)};
      }
      std::suspend_always initial_suspend() noexcept { return {}; }
      std::suspend_never final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() noexcept { std::terminate(); }
    };
    std::coroutine_handle<> handle;
  };
  struct Entry {
    Scope& scope;
    Task<void> task;
    Reaper reaper;
    std::list<Entry>::iterator self;
    bool reaped = false;
    Entry(Scope& owner, Task<void> work)
        : scope(owner), task(std::move(work)), reaper(reap(this)) {}
    Entry(const Entry&) = delete;
    ~Entry() {
      if (!reaped) reaper.handle.destroy();
    }
  };
  static Reaper reap(Entry* entry) {
    entry->reaped = true;
    entry->task.take();  // an exception here is a bug in the task: Reaper terminates, with the
                         // trace of the throw
    entry->scope.running_.erase(entry->self);
    co_return;
  }

  std::list<Entry> running_;
};

}  // namespace vaettir
