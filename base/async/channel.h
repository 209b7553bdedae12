// Channel<T>: messages to one loop. Any thread may send through a Sender; the owner, on its loop,
// awaits receive(). Bounded: send() says false when `capacity` messages wait, unless the message is
// the last (close). A Channel that is destroyed drops what comes later; Senders notice by closed().
// Event<>: the same loop only: one waiter, set() resumes it through the ready list. Semaphore: the
// same loop only, FIFO.
#pragma once
#include <atomic>
#include <coroutine>
#include <deque>
#include <memory>
#include <optional>

#include "base/async/loop.h"

namespace vaettir {

// Something that happens once or several times on one loop; at most one waiter.
class Event {
 public:
  explicit Event(Loop& loop) : loop_(loop) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void set() {
    set_ = true;
    if (waiter_) loop_.ready(std::exchange(waiter_, nullptr)->handle());
  }
  void reset() { set_ = false; }
  bool is_set() const { return set_; }

  class [[nodiscard]] Wait {
   public:
    explicit Wait(Event& event) : event_(event) {}
    Wait(const Wait&) = delete;
    ~Wait() {
      if (event_.waiter_ == this) event_.waiter_ = nullptr;
    }
    bool await_ready() const { return event_.set_; }
    void await_suspend(std::coroutine_handle<> waiter) {
      assert(event_.waiter_ == nullptr && "one waiter at a time");
      waiter_ = waiter;
      event_.waiter_ = this;
    }
    void await_resume() {}
    std::coroutine_handle<> handle() const { return waiter_; }

   private:
    Event& event_;
    std::coroutine_handle<> waiter_;
  };
  // Resumes when set; the flag stays set until reset().
  Wait wait() { return Wait(*this); }

 private:
  Loop& loop_;
  bool set_ = false;
  Wait* waiter_ = nullptr;
};
}  // namespace vaettir
