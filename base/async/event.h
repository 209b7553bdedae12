// Event: something that happens on one loop. Whoever waits is resumed through the loop's ready list
// after set(); the flag stays set until reset(). Any number of waiters; each may be destroyed at
// any moment. The event outlives its waiters, or they never come back.
#pragma once
#include <coroutine>

#include "base/async/loop.h"

namespace vaettir {

class Event {
 public:
  explicit Event(Loop& loop) : loop_(loop) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void set() {
    set_ = true;
    while (Ready* waiter = waiters_.pop()) loop_.ready(*waiter);
  }
  // Those already on their way are resumed all the same.
  void reset() { set_ = false; }
  bool is_set() const { return set_; }

  class [[nodiscard]] Wait {
   public:
    explicit Wait(Event& event) : event_(event) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    bool await_ready() const { return event_.set_; }
    void await_suspend(std::coroutine_handle<> waiter) {
      suspended_ = true;
      entry_.waiter(waiter);
      event_.waiters_.push(entry_);
    }
    void await_resume() {}
    bool arrived() const { return suspended_ ? !entry_.linked() : event_.set_; }

   private:
    Event& event_;
    bool suspended_ = false;
    ReadyHandle entry_;  // in the event's list, then in the loop's
  };
  Wait wait() { return Wait(*this); }

 private:
  Loop& loop_;
  bool set_ = false;
  ReadyList waiters_;
};

}  // namespace vaettir
