#include "base/async/sleep.h"

#include <event2/event.h>

namespace vaettir {
namespace {

// Later than this is never: it keeps the arithmetic of both clocks away from its ends.
constexpr Duration kLongest = std::chrono::hours(24 * 365);

}  // namespace

Timer::Timer(Loop& loop) { event_assign(&event_, loop.base(), -1, 0, &Timer::on_event, this); }

Timer::~Timer() { stop(); }

void Timer::start(Duration after, std::move_only_function<void()> expired) {
  stop();
  expired_ = std::move(expired);
  running_ = true;
  if (after > kLongest) return;
  due_ = Clock::now() + std::max(after, Duration::zero());
  arm(after);
}

void Timer::stop() {
  if (!running_) return;
  running_ = false;
  event_del(&event_);
  expired_ = nullptr;
}

void Timer::arm(Duration after) {
  const auto micros =
      std::max<std::int64_t>(std::chrono::ceil<std::chrono::microseconds>(after).count(), 0);
  const timeval delay{micros / 1'000'000, micros % 1'000'000};
  event_add(&event_, &delay);
}

void Timer::on_event(evutil_socket_t, short, void* self) {
  Timer& timer = *static_cast<Timer*>(self);
  // libevent counts from the start of its turn by a coarse clock, so it may come early.
  const Deadline now = Clock::now();
  if (now < timer.due_) return timer.arm(timer.due_ - now);
  timer.running_ = false;
  // The callback may destroy the timer: it is run from the stack.
  auto expired = std::exchange(timer.expired_, nullptr);
  expired();
}

}  // namespace vaettir
