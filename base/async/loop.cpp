#include "base/async/loop.h"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/core/result.h"

namespace vaettir {
namespace {

// Longer waits are the sweep's anyway: it fires every second.
constexpr Duration kLongestTurn = std::chrono::seconds(60);

timeval to_timeval(Duration duration) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return {micros / 1'000'000, micros % 1'000'000};
}

event_base* make_base() {
  event_config* config = event_config_new();
  CHECK(config != nullptr);
  // One thread per loop; others only write to the eventfd. Sockets need edges and early closes.
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_config_require_features(config, EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE);
  event_base* base = event_base_new_with_config(config);
  event_config_free(config);
  CHECK(base != nullptr);
  return base;
}

}  // namespace

Swept::~Swept() {
  if (loop_ == nullptr) return;
  if (loop_->sweep_next_ == this) loop_->sweep_next_ = next_;
  *previous_ = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

Mailbox::Mailbox() : wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { CHECK(wake_fd_ >= 0); }

Mailbox::~Mailbox() { ::close(wake_fd_); }

bool Mailbox::post(Message message) {
  bool first = false;
  {
    const std::lock_guard held(lock_);
    if (!open_) return false;
    first = messages_.empty();
    messages_.push_back(std::move(message));
  }
  if (first) {
    const std::uint64_t one = 1;
    // It can fail only when 2^64 - 2 wake-ups are unread, and then the loop is awake.
    [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);
  }
  return true;
}

Loop::Loop(std::string name)
    : name_(std::move(name)),
      base_(make_base()),
      scratch_(std::make_unique_for_overwrite<char[]>(kScratchBytes)),
      thread_(std::this_thread::get_id()),
      mailbox_(std::make_shared<Mailbox>()) {
  // Edge-triggered: every write is an edge, so the counter need not be read.
  event_assign(
      &wake_event_, base_, mailbox_->wake_fd_, EV_READ | EV_ET | EV_PERSIST,
      [](evutil_socket_t, short, void* self) { static_cast<Loop*>(self)->drain_mailbox(); }, this);
  event_add(&wake_event_, nullptr);
  event_assign(
      &sweep_event_, base_, -1, EV_PERSIST,
      [](evutil_socket_t, short, void* self) { static_cast<Loop*>(self)->run_sweep(); }, this);
  const timeval period = to_timeval(kSweepPeriod);
  event_add(&sweep_event_, &period);
  event_assign(&limit_event_, base_, -1, 0, [](evutil_socket_t, short, void*) {}, nullptr);
}

Loop::~Loop() {
  janitor_.clear();
  std::vector<Message> dropped;  // destroyed without the lock
  {
    const std::lock_guard held(mailbox_->lock_);
    mailbox_->open_ = false;
    dropped.swap(mailbox_->messages_);
  }
  dropped.clear();
  for (Swept* swept = swept_; swept != nullptr; swept = swept->next_) swept->loop_ = nullptr;
  for (::event* event : {&wake_event_, &sweep_event_, &limit_event_}) event_del(event);
  event_base_free(base_);
}

void Loop::run() {
  while (!stopping_.load(std::memory_order_acquire)) one_turn();
  drain_mailbox();
  const Deadline farewell = Clock::now() + kFarewell;
  while (!janitor_.empty() && Clock::now() < farewell) turn(farewell - Clock::now());
  janitor_.clear();
}

void Loop::stop() {
  stopping_.store(true, std::memory_order_release);
  mailbox_->post([] {});
}

void Loop::post(Message message) { mailbox_->post(std::move(message)); }

void Loop::turn(Duration longest) {
  const timeval limit = to_timeval(std::clamp(longest, Duration::zero(), kLongestTurn));
  event_add(&limit_event_, &limit);
  one_turn();
  event_del(&limit_event_);
}

void Loop::one_turn() {
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  ++turns_;
  now_is_stale_ = true;
  // What asked for the next turn runs after this turn's sockets, whatever they ask for meanwhile.
  ReadyList due;
  due.take(next_turn_);
  const bool busy = !ready_.empty() || !due.empty();
  CHECK(event_base_loop(base_, busy ? EVLOOP_ONCE | EVLOOP_NONBLOCK : EVLOOP_ONCE) >= 0);
  ready_.take(due);
  drain_ready();
}

void Loop::drain_ready() {
  for (int round = 0; round < kReadyRounds && !ready_.empty(); ++round) {
    ReadyList batch;
    batch.take(ready_);
    while (Ready* entry = batch.pop()) entry->run();
  }
}

void Loop::drain_mailbox() {
  {
    const std::lock_guard held(mailbox_->lock_);
    delivering_.swap(mailbox_->messages_);
  }
  for (Message& message : delivering_) std::exchange(message, nullptr)();
  delivering_.clear();
}

void Loop::read_clock() {
  now_ = Clock::now();
  now_is_stale_ = false;
}

void Loop::sweep(Swept& swept) {
  assert(swept.loop_ == nullptr);
  swept.loop_ = this;
  swept.next_ = swept_;
  swept.previous_ = &swept_;
  if (swept_ != nullptr) swept_->previous_ = &swept.next_;
  swept_ = &swept;
}

void Loop::run_sweep() {
  const Deadline at = now();
  sweep_next_ = swept_;
  while (sweep_next_ != nullptr) {
    Swept& current = *sweep_next_;
    sweep_next_ = current.next_;
    current.on_sweep(at);
  }
}

}  // namespace vaettir
