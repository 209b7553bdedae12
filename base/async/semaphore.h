// Semaphore: so many at once, on one loop, first come first served. What is held is a Permit:
// destroying it lets the next one in. The semaphore outlives its permits and its waiters.
#pragma once
#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/async/loop.h"

namespace vaettir {

class Semaphore {
 public:
  Semaphore(Loop& loop, std::size_t permits) : loop_(loop), free_(permits) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  // One that holds nothing is not there; a moved-from one neither.
  class [[nodiscard]] Permit {
   public:
    Permit() = default;
    Permit(Permit&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(owner_, other.owner_);
      return *this;
    }
    ~Permit() {
      if (owner_ != nullptr) owner_->release();
    }

   private:
    friend class Semaphore;
    explicit Permit(Semaphore& owner) : owner_(&owner) {}
    Semaphore* owner_ = nullptr;
  };

  struct Waiting final : Ready {
    void run() override { waiter.resume(); }
    std::coroutine_handle<> waiter;
    bool granted = false;
  };
  class [[nodiscard]] Acquire {
   public:
    explicit Acquire(Semaphore& owner) : owner_(owner) {}
    Acquire(const Acquire&) = delete;
    Acquire& operator=(const Acquire&) = delete;
    // A permit that came to a task which is cancelled before it runs goes to the next one.
    ~Acquire() {
      if (entry_.granted) owner_.release();
    }
    bool await_ready() { return entry_.granted = owner_.take(); }
    void await_suspend(std::coroutine_handle<> waiter) {
      entry_.waiter = waiter;
      owner_.waiters_.push(entry_);
    }
    Permit await_resume() {
      entry_.granted = false;
      return Permit(owner_);
    }
    bool arrived() const { return entry_.granted; }

   private:
    Semaphore& owner_;
    Waiting entry_;
  };
  Acquire acquire() { return Acquire(*this); }
  std::optional<Permit> try_acquire() {
    if (!take()) return std::nullopt;
    return Permit(*this);
  }
  std::size_t available() const { return free_; }

 private:
  bool take() {
    if (free_ == 0) return false;
    --free_;
    return true;
  }
  void release() {
    Ready* next = waiters_.pop();
    if (next == nullptr) {
      ++free_;
      return;
    }
    static_cast<Waiting*>(next)->granted = true;
    loop_.ready(*next);
  }

  Loop& loop_;
  std::size_t free_;
  ReadyList waiters_;
};

}  // namespace vaettir
