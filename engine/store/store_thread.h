// StoreThread: the one thread that touches the database. Work comes from any thread and is carried
// out in order; what waits is done in one transaction together (group commit), so that a burst of
// executions costs one wait for the disk. Destroying it does what was asked for, then ends. Tasks
// that wait for it end before it.
#pragma once
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/async/loop.h"
#include "base/async/task.h"
#include "base/store/sqlite.h"

namespace vaettir::engine {

class StoreThread {
 public:
  // Called within a transaction; more than once where the transaction of a group fails and each is
  // done alone, so it must not use itself up. An Error undoes what it did.
  template <class T>
  using Work = std::move_only_function<Result<T>(store::Database&)>;

  explicit StoreThread(std::unique_ptr<store::Database> database);
  ~StoreThread();
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;

  // On `loop`. The work is queued within the call, and done even if the task is destroyed.
  template <class T>
  Task<Result<T>> perform(Loop& loop, Work<T> work) {
    auto queued = std::make_shared<Queued<T>>(std::move(work));
    queued->mailbox = loop.mailbox();
    submit(queued);
    co_return co_await Awaiter<T>(*queued, queued);
  }
  // Waits; not on a loop.
  template <class T>
  Result<T> perform_now(Work<T> work) {
    auto queued = std::make_shared<Queued<T>>(std::move(work));
    submit(queued);
    std::unique_lock held(queued->lock);
    queued->changed.wait(held, [&] { return queued->done; });
    return *std::move(queued->result);
  }

 private:
  struct Operation : std::enable_shared_from_this<Operation> {
    virtual ~Operation() = default;
    virtual bool run(store::Database& database) = 0;  // true: keep what it did
    virtual void fail(const Error& error) = 0;
    // The result is there: tells whoever waits.
    void deliver();
    virtual void resume() = 0;

    std::shared_ptr<Mailbox> mailbox;  // of the waiting loop; empty: a thread waits
    std::mutex lock;                   // for a waiting thread
    std::condition_variable changed;
    bool done = false;
  };
  template <class T>
  struct Queued final : Operation {
    explicit Queued(Work<T> asked) : work(std::move(asked)) {}
    bool run(store::Database& database) override {
      result.emplace(work(database));
      return result->has_value();
    }
    void fail(const Error& error) override { result.emplace(std::unexpected(error.copy())); }
    void resume() override {
      if (waiter) waiter.resume();
    }
    Work<T> work;
    std::optional<Result<T>> result;  // the store thread's until it is delivered
    std::coroutine_handle<> waiter;   // the loop's; null: nobody waits any more
  };
  template <class T>
  class [[nodiscard]] Awaiter {
   public:
    Awaiter(Queued<T>& queued, std::shared_ptr<Operation> owner)
        : queued_(queued), owner_(std::move(owner)) {}
    Awaiter(const Awaiter&) = delete;
    ~Awaiter() { queued_.waiter = {}; }
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiter) { queued_.waiter = waiter; }
    Result<T> await_resume() { return *std::move(queued_.result); }

   private:
    Queued<T>& queued_;
    std::shared_ptr<Operation> owner_;
  };
  using Group = std::deque<std::shared_ptr<Operation>>;

  void submit(std::shared_ptr<Operation> operation);
  void serve();
  void carry_out(Group& group);
  bool carry_out_together(Group& group);
  void carry_out_alone(Operation& operation);

  const std::unique_ptr<store::Database> database_;
  std::mutex lock_;
  std::condition_variable changed_;
  Group queue_;
  bool closing_ = false;
  std::thread thread_;  // last: it uses the rest
};

}  // namespace vaettir::engine
