// Loop: one thread's event loop: readiness of sockets, timers, messages from other loops, and the
// tasks that wait for them. app/ makes one per thread and passes it by reference; it outlives
// everything that runs on it. All members but post(), stop(), mailbox() and on_this_thread() belong
// to the loop's thread.
#pragma once
#include <event2/event_struct.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/async/ready.h"
#include "base/async/scope.h"
#include "base/async/task.h"
#include "base/core/time.h"

struct event_base;

namespace vaettir {

// Something that looks at the coarse clock once a second: idle limits, minimum rates, pool expiry.
// Linked while it lives.
class Swept {
 public:
  Swept() = default;
  Swept(const Swept&) = delete;
  Swept& operator=(const Swept&) = delete;
  virtual void on_sweep(Deadline now) = 0;  // may resume coroutines, may destroy any Swept

 protected:
  ~Swept();

 private:
  friend class Loop;
  class Loop* loop_ = nullptr;
  Swept* next_ = nullptr;
  Swept** previous_ = nullptr;  // what points to this
};

// Where messages to a loop are left, by any thread. Shared: it may outlive the loop, and then takes
// nothing more.
class Mailbox {
 public:
  using Message = std::move_only_function<void()>;
  Mailbox();
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  // In order per sender. false: the loop is gone and the message was dropped here.
  bool post(Message message);

 private:
  friend class Loop;
  std::mutex lock_;
  std::vector<Message> messages_;
  bool open_ = true;
  int wake_fd_;
};

class Loop {
 public:
  using Message = Mailbox::Message;
  // One socket read of this size empties what a kernel buffer usually holds (facts: throughput of
  // large bodies is flat from here).
  static constexpr std::size_t kScratchBytes = 64 * 1024;
  // Idle limits have this resolution; a sleep() is exact.
  static constexpr std::chrono::seconds kSweepPeriod{1};

  explicit Loop(std::string name);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop(); then cancels the janitor's tasks after giving them kFarewell to end by
  // themselves.
  void run();
  void stop();  // any thread
  void post(
      Message message);  // any thread; runs on this loop, in order. Never lost while the loop runs
  // For those who may outlive the loop (senders on other threads).
  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  // One turn of the loop, waiting at most `longest`; for tests and for programs that drive the loop
  // themselves.
  void turn(Duration longest);

  // Runs the entry after the current callback has returned: how callbacks of libraries, events and
  // semaphores wake a task.
  void ready(Ready& entry) { ready_.push(entry); }
  // The same, but after sockets and timers have had their turn: for work that takes a break.
  void next_turn(Ready& entry) { next_turn_.push(entry); }

  // Read once per turn, when first asked for.
  Deadline now() {
    if (now_is_stale_) read_clock();
    return now_;
  }
  std::uint64_t turns() const { return turns_; }
  // For one parse or one transformation: valid until this task next suspends.
  std::span<char> scratch() { return {scratch_.get(), kScratchBytes}; }
  event_base* base() const { return base_; }
  const std::string& name() const { return name_; }
  bool on_this_thread() const {
    return thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
  }
  // Owns what must survive its requester: a rollback, a lease given back.
  Scope& janitor() { return janitor_; }
  void sweep(Swept& swept);  // links it; its destructor unlinks

 private:
  friend class Swept;
  static constexpr std::chrono::seconds kFarewell{
      5};  // a rollback or a lease given back is a round trip to a local service
  static constexpr int kReadyRounds =
      16;  // chains of wake-ups longer than this let sockets go first
  void read_clock();
  void drain_mailbox();
  void drain_ready();
  void run_sweep();
  void one_turn();

  std::string name_;
  event_base* base_ = nullptr;
  Deadline now_;
  bool now_is_stale_ = true;
  std::uint64_t turns_ = 0;
  std::unique_ptr<char[]> scratch_;
  ReadyList ready_;
  ReadyList next_turn_;
  std::atomic<std::thread::id> thread_;
  std::atomic<bool> stopping_{false};
  std::shared_ptr<Mailbox> mailbox_;
  std::vector<Message> delivering_;
  ::event wake_event_;
  ::event sweep_event_;
  ::event limit_event_;
  Swept* swept_ = nullptr;
  Swept* sweep_next_ = nullptr;  // where run_sweep goes on; moved when that one unlinks
  Scope janitor_;
};

}  // namespace vaettir
