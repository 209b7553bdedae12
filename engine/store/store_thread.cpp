#include "engine/store/store_thread.h"

#include <algorithm>
#include <iterator>

namespace vaettir::engine {
namespace {

// A group is one transaction, and whoever comes behind waits for all of it.
constexpr std::size_t kLargestGroup = 512;

}  // namespace

StoreThread::StoreThread(std::unique_ptr<store::Database> database)
    : database_(std::move(database)), thread_([this] { serve(); }) {}

StoreThread::~StoreThread() {
  {
    const std::lock_guard held(lock_);
    closing_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void StoreThread::Operation::deliver() {
  if (mailbox) {
    mailbox->post([self = shared_from_this()] { self->resume(); });
    return;
  }
  // Notified under the lock: the waiter may be gone right after it sees `done`.
  const std::lock_guard held(lock);
  done = true;
  changed.notify_one();
}

void StoreThread::submit(std::shared_ptr<Operation> operation) {
  {
    const std::lock_guard held(lock_);
    queue_.push_back(std::move(operation));
  }
  changed_.notify_one();
}

void StoreThread::serve() {
  database_->bind_to_this_thread();
  while (true) {
    Group group;
    {
      std::unique_lock held(lock_);
      changed_.wait(held, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) break;
      if (queue_.size() <= kLargestGroup) {
        group.swap(queue_);
      } else {
        const auto end = queue_.begin() + kLargestGroup;
        std::move(queue_.begin(), end, std::back_inserter(group));
        queue_.erase(queue_.begin(), end);
      }
    }
    carry_out(group);
    for (const std::shared_ptr<Operation>& operation : group) operation->deliver();
  }
}

void StoreThread::carry_out(Group& group) {
  if (group.size() > 1 && carry_out_together(group)) return;
  for (const std::shared_ptr<Operation>& operation : group) carry_out_alone(*operation);
}

// False: something failed and nothing was done.
bool StoreThread::carry_out_together(Group& group) {
  Result<store::Transaction> transaction = store::Transaction::begin(*database_);
  if (!transaction) return false;
  for (const std::shared_ptr<Operation>& operation : group)
    if (!operation->run(*database_)) return false;
  return transaction->commit().has_value();
}

void StoreThread::carry_out_alone(Operation& operation) {
  Result<store::Transaction> transaction = store::Transaction::begin(*database_);
  if (!transaction) return operation.fail(transaction.error());
  if (!operation.run(*database_)) return;
  if (Result<> committed = transaction->commit(); !committed) operation.fail(committed.error());
}

}  // namespace vaettir::engine
