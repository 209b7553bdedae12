// Channel<T>: messages to one loop. Any thread may send through a Sender; the owner, on its loop,
// awaits receive(). Bounded: send() says no when `capacity` messages wait, but finish() always
// fits: the last message is never lost. A Channel that is destroyed drops what comes later, and its
// Senders notice by send() or closed(). When all Senders are gone (or one has finished) and nothing
// waits any more, receive() gives nullopt.
#pragma once
#include <atomic>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "base/async/event.h"
#include "base/async/loop.h"
#include "base/async/semaphore.h"
#include "base/async/sleep.h"

namespace vaettir {

template <class T>
class Channel;

namespace detail {

// What both sides share. `arrived` belongs to the receiving loop; the rest is behind the lock.
template <class T>
struct ChannelState {
  explicit ChannelState(Loop& loop, std::size_t most) : mailbox(loop.mailbox()), capacity(most) {}

  std::mutex lock;
  std::deque<T> messages;
  std::size_t senders = 0;
  bool ended = false;         // no message will follow
  bool wake_pending = false;  // a wake-up is on its way to the loop
  std::atomic<bool> closed{false};
  const std::shared_ptr<Mailbox> mailbox;
  const std::size_t capacity;
  Event* arrived = nullptr;  // nullptr: the receiver is gone

  bool over() const { return ended || senders == 0; }
  static void wake(std::shared_ptr<ChannelState> self) {
    {
      const std::lock_guard held(self->lock);
      if (self->wake_pending) return;
      self->wake_pending = true;
    }
    Mailbox& mailbox = *self->mailbox;
    mailbox.post([state = std::move(self)] {
      {
        const std::lock_guard held(state->lock);
        state->wake_pending = false;
      }
      if (state->arrived != nullptr) state->arrived->set();
    });
  }
};

}  // namespace detail

// Copied freely; any thread; may outlive the Channel and its loop.
template <class T>
class Sender {
 public:
  Sender() = default;
  Sender(const Sender& other) : state_(other.state_) { join(); }
  Sender(Sender&& other) noexcept = default;
  Sender& operator=(Sender other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~Sender() { leave(); }

  // Moves the message only when it is taken. false: full, or nobody receives any more.
  bool send(T&& message) { return put(message, false); }
  bool send(const T& message) {
    T copy(message);
    return put(copy, false);
  }
  // The last message of all Senders: fits even when the channel is full. false: nobody receives.
  bool finish(T message) { return put(message, true); }
  bool closed() const { return !state_ || state_->closed.load(std::memory_order_acquire); }
  explicit operator bool() const { return state_ != nullptr; }

 private:
  friend class Channel<T>;
  explicit Sender(std::shared_ptr<detail::ChannelState<T>> state) : state_(std::move(state)) {
    join();
  }
  void join() {
    if (!state_) return;
    const std::lock_guard held(state_->lock);
    ++state_->senders;
  }
  void leave() {
    if (!state_) return;
    {
      const std::lock_guard held(state_->lock);
      if (--state_->senders > 0) return;
    }
    detail::ChannelState<T>::wake(std::move(state_));
  }
  bool put(T& message, bool last) {
    if (!state_) return false;
    {
      const std::lock_guard held(state_->lock);
      if (state_->closed.load(std::memory_order_relaxed) || state_->ended) return false;
      if (!last && state_->messages.size() >= state_->capacity) return false;
      state_->messages.push_back(std::move(message));
      state_->ended = last;
    }
    detail::ChannelState<T>::wake(state_);
    return true;
  }

  std::shared_ptr<detail::ChannelState<T>> state_;
};

template <class T>
class Channel {
 public:
  Channel(Loop& loop, std::size_t capacity)
      : loop_(loop),
        arrived_(loop),
        state_(std::make_shared<detail::ChannelState<T>>(loop, capacity)) {
    state_->arrived = &arrived_;
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() {
    state_->arrived = nullptr;
    std::deque<T> dropped;  // destroyed without the lock
    const std::lock_guard held(state_->lock);
    state_->closed.store(true, std::memory_order_release);
    dropped.swap(state_->messages);
  }

  Sender<T> sender() { return Sender<T>(state_); }

  // The next message; nullopt when none will come. One task receives at a time.
  Task<std::optional<T>> receive() {
    while (true) {
      std::optional<T> message;
      if (take(message)) co_return message;
      co_await arrived_.wait();
    }
  }
  // The same, waiting no longer than `limit`: then `timed_out` becomes true and the answer nullopt.
  Task<std::optional<T>> receive(Duration limit, bool& timed_out) {
    Task<std::optional<T>> next = receive();
    timed_out = !co_await Race{next.join(), sleep(loop_, limit)};
    if (timed_out) co_return std::nullopt;
    co_return next.take();
  }
  // What is there already; nullopt: nothing.
  std::optional<T> try_receive() {
    std::optional<T> message;
    take(message);
    return message;
  }

 private:
  // true: there is an answer, a message or the end.
  bool take(std::optional<T>& message) {
    const std::lock_guard held(state_->lock);
    if (!state_->messages.empty()) {
      message.emplace(std::move(state_->messages.front()));
      state_->messages.pop_front();
      return true;
    }
    arrived_.reset();
    return state_->over();
  }

  Loop& loop_;
  Event arrived_;
  std::shared_ptr<detail::ChannelState<T>> state_;
};

}  // namespace vaettir
