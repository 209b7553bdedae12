// Ready: something a loop is asked to run soon: an intrusive entry of the loop's ready list. It
// lives in whoever waits (an awaiter, a stream) and leaves the list when it is destroyed, so
// nothing that was cancelled is ever resumed.
#pragma once
#include <cassert>
#include <coroutine>

namespace vaettir {

class Ready {
 public:
  Ready() = default;
  Ready(const Ready&) = delete;
  Ready& operator=(const Ready&) = delete;
  virtual void run() = 0;  // called unlinked; may destroy this
  bool linked() const { return next_ != nullptr; }
  void unlink() {
    if (next_ == nullptr) return;
    next_->previous_ = previous_;
    previous_->next_ = next_;
    next_ = previous_ = nullptr;
  }

 protected:
  ~Ready() { unlink(); }

 private:
  friend class ReadyList;
  Ready* next_ = nullptr;
  Ready* previous_ = nullptr;
};

// Resumes a coroutine.
class ReadyHandle final : public Ready {
 public:
  void waiter(std::coroutine_handle<> handle) { handle_ = handle; }
  void run() override { handle_.resume(); }

 private:
  std::coroutine_handle<> handle_;
};

// First in, first out; a ring around a sentinel.
class ReadyList {
 public:
  ReadyList() { head_.next_ = head_.previous_ = &head_; }
  ~ReadyList() {
    while (!empty()) head_.next_->unlink();
    head_.next_ = nullptr;  // the sentinel is in no list
  }
  bool empty() const { return head_.next_ == &head_; }
  void push(Ready& entry) {
    assert(!entry.linked());
    entry.previous_ = head_.previous_;
    entry.next_ = &head_;
    head_.previous_->next_ = &entry;
    head_.previous_ = &entry;
  }
  // Moves all entries of `other` behind ours.
  void take(ReadyList& other) {
    if (other.empty()) return;
    Ready* first = other.head_.next_;
    Ready* last = other.head_.previous_;
    first->previous_ = head_.previous_;
    head_.previous_->next_ = first;
    last->next_ = &head_;
    head_.previous_ = last;
    other.head_.next_ = other.head_.previous_ = &other.head_;
  }
  Ready* pop() {
    if (empty()) return nullptr;
    Ready* first = head_.next_;
    first->unlink();
    return first;
  }

 private:
  struct Sentinel final : Ready {
    void run() override {}
  };
  Sentinel head_;
};

}  // namespace vaettir
