// Drain: the signal that a server is to end gracefully. Connections that wait for a request are
// resumed at once; others look at draining() when they have answered. One per server and loop.
#pragma once
#include <cassert>

namespace vaettir::http {

class Drain {
 public:
  // Something that waits for a request. Linked while it waits.
  class Idle {
   public:
    Idle() = default;
    Idle(const Idle&) = delete;
    Idle& operator=(const Idle&) = delete;

   protected:
    ~Idle() { unlink(); }
    // Wakes the waiting task through the loop's ready list; called unlinked.
    virtual void on_drain() = 0;
    void unlink() {
      if (previous_ == nullptr) return;
      *previous_ = next_;
      if (next_ != nullptr) next_->previous_ = previous_;
      previous_ = nullptr;
      next_ = nullptr;
    }

   private:
    friend class Drain;
    Idle* next_ = nullptr;
    Idle** previous_ = nullptr;
  };

  Drain() = default;
  Drain(const Drain&) = delete;
  Drain& operator=(const Drain&) = delete;
  ~Drain() { assert(first_ == nullptr && "connections end before their server"); }

  bool draining() const { return draining_; }
  void begin() {
    draining_ = true;
    while (first_ != nullptr) {
      Idle* idle = first_;
      idle->unlink();
      idle->on_drain();
    }
  }
  void link(Idle& idle) {
    idle.next_ = first_;
    if (first_ != nullptr) first_->previous_ = &idle.next_;
    idle.previous_ = &first_;
    first_ = &idle;
  }

 private:
  Idle* first_ = nullptr;
  bool draining_ = false;
};

}  // namespace vaettir::http
