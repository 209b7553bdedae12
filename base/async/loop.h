// Loop: one thread's event loop: readiness of sockets, timers, messages from other loops, and the
// tasks that wait for them. app/ makes one per thread and passes it by reference; it outlives
// everything that runs on it. All members but post() and stop() belong to the loop's thread.
#pragma once
#include <atomic>
#include <coroutine>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

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

class Loop {
 public:
  using Message = std::move_only_function<void()>;
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
  // One turn of the loop, waiting at most `longest`; for tests and for programs that drive the loop
  // themselves.
  void turn(Duration longest);

  // Resumes the coroutine after the current callback has returned: what callbacks of libraries use
  // to wake a task.
  void ready(std::coroutine_handle<> handle) { ready_.push_back(handle); }

  Deadline now() const { return now_; }  // read once per turn
  // For one parse or one transformation: valid until this task next suspends.
  std::span<char> scratch() { return {scratch_.get(), kScratchBytes}; }
  event_base* base() const { return base_; }
  const std::string& name() const { return name_; }
  bool on_this_thread() const { return thread_ == std::this_thread::get_id(); }
  // Owns what must survive its requester: a rollback, a lease given back.
  Scope& janitor() { return janitor_; }
  void sweep(Swept& swept);  // links it; its destructor unlinks

 private:
  friend class Swept;
  struct Timers;
  static constexpr std::chrono::seconds kFarewell{
      5};  // a rollback or a lease given back is a round trip to a local service
  void drain_mailbox();
  void drain_ready();
  void run_sweep();

  std::string name_;
  event_base* base_ = nullptr;
  Deadline now_;
  std::unique_ptr<char[]> scratch_;
  std::vector<std::coroutine_handle<>> ready_;
  std::thread::id thread_;
  std::atomic<bool> stopping_{false};
  std::mutex mailbox_lock_;
  std::vector<Message> mailbox_;
  int wake_fd_ = -1;
  std::unique_ptr<Timers> timers_;
  Swept* swept_ = nullptr;
  Swept* sweep_next_ = nullptr;  // where run_sweep goes on; moved when that one unlinks
  Scope janitor_;
};

}  // namespace vaettir
