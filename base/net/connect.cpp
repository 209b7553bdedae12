#include "base/net/connect.h"

#include <event2/event.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <list>
#include <system_error>

#include "base/async/event.h"
#include "base/async/race.h"
#include "base/async/sleep.h"

namespace vaettir::net {
namespace {

// RFC 8305 section 5: an attempt gets this long before the next one joins it.
constexpr std::chrono::milliseconds kStagger{250};

Cause cause_of(int system_error) {
  switch (system_error) {
    case ECONNREFUSED:
    case ENOENT:  // a unix socket that is not there
    case ECONNRESET:
    case EAGAIN:  // a unix socket whose queue is full
      return Cause::kConnectRefused;
    case ETIMEDOUT:
      return Cause::kConnectTimeout;
    default:
      return Cause::kConnectUnreachable;
  }
}

// IPv6 first, then in turns (RFC 8305 section 4); each family keeps the resolver's order.
std::vector<Address> interleave(const std::vector<Address>& addresses) {
  std::vector<Address> families[2];
  for (const Address& address : addresses) families[address.is_ip6() ? 0 : 1].push_back(address);
  std::vector<Address> result;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    for (const std::vector<Address>& family : families) {
      if (i < family.size()) result.push_back(family[i]);
    }
  }
  return result;
}

// The attempts of one connect(). Their callbacks only record what happened and set `news`.
class Attempts {
 public:
  explicit Attempts(Loop& loop) : loop_(loop), news_(loop) {}

  // Begins one; true when it succeeded at once.
  bool begin(const Address& address) {
    Attempt& attempt = running_.emplace_back(*this, address);
    const SocketAddress target = address.socket_address();
    attempt.fd.reset(
        ::socket(target.data()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!attempt.fd) {
      failed(attempt, errno);
      return false;
    }
    if (address.is_ip()) {
      const int on = 1;
      ::setsockopt(attempt.fd.value(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    if (::connect(attempt.fd.value(), target.data(), target.size) == 0) {
      winner_ = std::move(attempt.fd);
      return true;
    }
    if (errno != EINPROGRESS) {
      failed(attempt, errno);
      return false;
    }
    event_assign(&attempt.event, loop_.base(), attempt.fd.value(), EV_WRITE, &Attempt::on_event,
                 &attempt);
    event_add(&attempt.event, nullptr);
    attempt.registered = true;
    return false;
  }

  bool any_running() const { return !running_.empty(); }
  bool won() const { return static_cast<bool>(winner_); }
  UniqueFd take() { return std::move(winner_); }
  Event& news() { return news_; }

  Error error() const {
    if (reasons_.empty()) return Error(Cause::kConnectUnreachable, "there is no address");
    return Error(cause_, fmt::format("{}", fmt::join(reasons_, "; ")));
  }
  Error timeout() {
    for (const Attempt& attempt : running_) {
      reasons_.push_back(fmt::format("{}: no answer in time", attempt.address.to_text()));
    }
    return Error(Cause::kConnectTimeout, fmt::format("{}", fmt::join(reasons_, "; ")));
  }

 private:
  struct Attempt {
    Attempt(Attempts& owner, const Address& target) : attempts(owner), address(target) {}
    ~Attempt() {
      if (registered) event_del(&event);
    }
    static void on_event(evutil_socket_t, short, void* self) {
      Attempt& attempt = *static_cast<Attempt*>(self);
      int error = 0;
      socklen_t size = sizeof error;
      ::getsockopt(attempt.fd.value(), SOL_SOCKET, SO_ERROR, &error, &size);
      attempt.attempts.finished(attempt, error);
    }
    Attempts& attempts;
    Address address;
    UniqueFd fd;
    ::event event;
    bool registered = false;
  };

  void finished(Attempt& attempt, int error) {
    if (error == 0 && !winner_) {
      event_del(&attempt.event);
      attempt.registered = false;
      winner_ = std::move(attempt.fd);
    } else if (error != 0) {
      failed(attempt, error);
    }
    news_.set();
  }

  void failed(Attempt& attempt, int error) {
    reasons_.push_back(
        fmt::format("{}: {}", attempt.address.to_text(), std::generic_category().message(error)));
    // A refusal says more about the service than a family without a route.
    if (reasons_.size() == 1 || cause_ == Cause::kConnectUnreachable) cause_ = cause_of(error);
    running_.remove_if([&](const Attempt& other) { return &other == &attempt; });
  }

  Loop& loop_;
  Event news_;
  std::list<Attempt> running_;
  UniqueFd winner_;
  std::vector<std::string> reasons_;
  Cause cause_ = Cause::kConnectUnreachable;
};

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect(Loop& loop, std::vector<Address> addresses,
                                              Deadline deadline, Side side) {
  const std::vector<Address> order = interleave(addresses);
  Attempts attempts(loop);
  auto next = order.begin();
  while (!attempts.won()) {
    attempts.news().reset();
    if (next != order.end()) {
      const Address& address = *next++;
      if (attempts.begin(address)) break;
      if (!attempts.any_running()) continue;
    } else if (!attempts.any_running()) {
      co_return std::unexpected(attempts.error());
    }
    // Until something happens; a failure lets the next address begin at once.
    const Deadline now = Clock::now();
    if (deadline <= now) co_return std::unexpected(attempts.timeout());
    const Deadline until = next == order.end() ? deadline : std::min(deadline, now + kStagger);
    co_await Race{attempts.news().wait(), sleep_until(loop, until)};
  }
  co_return plain_stream(loop, attempts.take(), side);
}

}  // namespace vaettir::net
