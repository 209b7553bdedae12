#include "base/async/offload.h"

#include <csignal>

namespace vaettir {

ThreadPool::ThreadPool(std::size_t most) : most_(most) { assert(most > 0); }

ThreadPool::~ThreadPool() {
  std::deque<Work> dropped;
  {
    const std::lock_guard held(lock_);
    closing_ = true;
    dropped.swap(queue_);
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::submit(Work work) {
  const std::lock_guard held(lock_);
  queue_.push_back(std::move(work));
  if (idle_ >= queue_.size()) {
    changed_.notify_one();
  } else if (threads_.size() < most_) {
    // Signals are for the thread that asked for them: a pool thread takes none.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    threads_.emplace_back([this] { serve(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
}

std::size_t ThreadPool::waiting() const {
  const std::lock_guard held(lock_);
  return queue_.size();
}

void ThreadPool::serve() {
  std::unique_lock held(lock_);
  while (true) {
    while (queue_.empty() && !closing_) {
      ++idle_;
      changed_.wait(held);
      --idle_;
    }
    if (closing_) return;
    Work work = std::move(queue_.front());
    queue_.pop_front();
    held.unlock();
    work();
    work = nullptr;  // what it holds is destroyed without the lock
    held.lock();
  }
}

}  // namespace vaettir
