#include "base/net/stream.h"

#include <cerrno>
#include <system_error>

namespace vaettir::net {
namespace {

// A copy for the log: the stream keeps its own, because reader and writer may both ask.
Error copied(const std::unique_ptr<Error>& error) {
  assert(error != nullptr);
  return error->copy();
}

Cause timeout_cause(Side side) {
  switch (side) {
    case Side::kClient:
      return Cause::kClientTimeout;
    case Side::kUpstream:
      return Cause::kUpstreamTimeout;
    case Side::kOurs:
      return Cause::kStoreUnavailable;
  }
  return Cause::kInternal;
}

Cause reset_cause(Side side) {
  switch (side) {
    case Side::kClient:
      return Cause::kClientAbort;
    case Side::kUpstream:
      return Cause::kUpstreamReset;
    case Side::kOurs:
      return Cause::kStoreUnavailable;
  }
  return Cause::kInternal;
}

}  // namespace

Stream::Stream(Loop& loop, UniqueFd fd, Side side)
    : socket_(loop, std::move(fd), &Stream::on_socket, this),
      loop_(loop),
      last_read_(loop.now()),
      last_written_(last_read_),
      side_(side) {
  loop.sweep(*this);
}

Stream::~Stream() {
  if (gone_ != nullptr) *gone_ = true;
  for (Waiter* waiter : {reader_, writer_, closer_}) {
    if (waiter != nullptr) waiter->unlink();
  }
}

Error Stream::error() const { return copied(error_); }

std::ptrdiff_t Stream::fail_with(int system_error) {
  return fail_with(reset_error(std::generic_category().message(system_error)));
}

std::ptrdiff_t Stream::fail_with(Error error) {
  if (error_ == nullptr) error_ = std::make_unique<Error>(std::move(error));
  return kFailed;
}

Error Stream::reset_error(std::string_view text) const {
  return Error(reset_cause(side_), std::string(text));
}

Error Stream::timeout_error(std::string_view text) const {
  return Error(timeout_cause(side_), std::string(text));
}

// ---- waking ------------------------------------------------------------------------------------

bool Stream::Waiter::link(std::coroutine_handle<> waiter) {
  assert(slot_ == nullptr && "one reader and one writer at a time");
  const Deadline now = stream_.loop_.now();
  if (deadline_ <= now) {
    arrived_ = timed_out_ = true;
    return false;
  }
  waiter_ = waiter;
  slot_ = this;
  linked_ = true;
  if (deadline_ - now < kExactBelow) stream_.arm_exact(deadline_);
  return true;
}

void Stream::on_socket(void* self) {
  Stream& stream = *static_cast<Stream*>(self);
  // Only for someone who waits for it: a question to the kernel on every edge would be dear.
  if (stream.closer_ != nullptr && stream.socket_.suspicious()) stream.socket_.examine();
  stream.before_wake();
  stream.wake_all();
}

// The operation is tried again; with an answer the task goes on, and may destroy the stream.
void Stream::wake(Waiter*& slot) {
  Waiter* waiter = slot;
  if (waiter == nullptr || !waiter->attempt()) return;
  waiter->unlink();
  waiter->arrived_ = true;
  waiter->waiter_.resume();
}

void Stream::wake_all() {
  bool gone = false;
  gone_ = &gone;
  // The writer first: what it waits for makes room for what a reader brings.
  for (Waiter** slot : {&writer_, &reader_, &closer_}) {
    wake(*slot);
    if (gone) return;
  }
  gone_ = nullptr;
}

// ---- deadlines ---------------------------------------------------------------------------------

// true: the task was resumed.
bool Stream::expire(Waiter*& slot, Deadline now) {
  Waiter* waiter = slot;
  if (waiter == nullptr || waiter->deadline_ > now) return false;
  waiter->unlink();
  waiter->arrived_ = waiter->timed_out_ = true;
  waiter->waiter_.resume();
  return true;
}

void Stream::on_sweep(Deadline now) {
  if (reader_ == nullptr && writer_ == nullptr && closer_ == nullptr) return;
  bool gone = false;
  gone_ = &gone;
  for (Waiter** slot : {&writer_, &reader_, &closer_}) {
    if (expire(*slot, now) && gone) return;
  }
  gone_ = nullptr;
  // A reset that came together with the last bytes has had its edge: nothing would tell of it.
  if ((reader_ == nullptr && closer_ == nullptr) || !socket_.suspicious()) return;
  socket_.examine();
  if (socket_.peer_closed()) wake_all();
}

void Stream::arm_exact(Deadline deadline) {
  if (!exact_) exact_ = std::make_unique<Timer>(loop_);
  if (exact_->running() && exact_at_ <= deadline) return;
  exact_at_ = deadline;
  exact_->start(deadline - Clock::now(), [this] { on_exact(); });
}

void Stream::on_exact() {
  const Deadline now = std::max(exact_at_, Clock::now());
  bool gone = false;
  gone_ = &gone;
  for (Waiter** slot : {&writer_, &reader_, &closer_}) {
    if (expire(*slot, now) && gone) return;
  }
  gone_ = nullptr;
  // A timer that was set for an operation which is done serves the ones that still wait.
  Deadline next = kNever;
  for (const Waiter* waiter : {writer_, reader_, closer_}) {
    if (waiter != nullptr) next = std::min(next, waiter->deadline_);
  }
  if (next != kNever && next - now < kExactBelow && !exact_->running()) arm_exact(next);
}

// ---- the operations ----------------------------------------------------------------------------

bool Stream::Read::await_suspend(std::coroutine_handle<> waiter) {
  if (!link(waiter)) return false;
  // Not for want of bytes: this connection has had its share of the turn.
  if (stream_.over_fair_share() && !stream_.yield_.linked()) {
    stream_.loop_.next_turn(stream_.yield_);
  }
  return true;
}

Error Stream::Read::failure() const {
  if (timed_out_) return stream_.timeout_error("nothing was received in time");
  return stream_.error();
}

bool Stream::Readable::attempt() { return stream_.may_read(); }

Result<> Stream::Readable::await_resume() {
  if (timed_out_) return std::unexpected(stream_.timeout_error("nothing was received in time"));
  return {};
}

bool Stream::Write::attempt() {
  while (!head_.empty() || !body_.empty()) {
    const std::ptrdiff_t count = stream_.try_write(head_, body_);
    if (count == kWouldBlock) return false;
    if (count == kFailed) return failed_ = true;
    const std::size_t of_head = std::min(head_.size(), static_cast<std::size_t>(count));
    head_ = head_.subspan(of_head);
    body_ = body_.subspan(static_cast<std::size_t>(count) - of_head);
  }
  failed_ = stream_.error_ != nullptr && stream_.unsent();
  return failed_ || !stream_.unsent();
}

bool Stream::Write::await_suspend(std::coroutine_handle<> waiter) {
  const std::size_t rest = head_.size() + body_.size();
  if (rest > 0) {
    kept_ = std::make_unique_for_overwrite<char[]>(rest);
    std::ranges::copy(head_, kept_.get());
    std::ranges::copy(body_, kept_.get() + head_.size());
    head_ = {kept_.get(), rest};
    body_ = {};
  }
  return link(waiter);
}

Error Stream::Write::failure() const {
  if (failed_) return stream_.error();
  return stream_.timeout_error("nothing more was taken in time");
}

bool Stream::WaitClosed::attempt() {
  return stream_.socket_.peer_closed() || stream_.error_ != nullptr;
}

}  // namespace vaettir::net
