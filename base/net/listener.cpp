#include "base/net/listener.h"

#include <event2/event.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "base/async/sleep.h"

namespace vaettir::net {
namespace {

constexpr int kBatch = 64;      // accepted in one turn of the loop, so that others have theirs
constexpr int kBacklog = 4096;  // the kernel lowers it to net.core.somaxconn
// Without a free descriptor or place the listening socket stays ready: asking again at once would
// only burn the processor.
constexpr std::chrono::milliseconds kBackOff{100};

std::unexpected<Error> cannot_listen(const Address& address, int error) {
  return fail(Cause::kInternal, fmt::format("cannot listen on {}: {}", address.to_text(),
                                            std::generic_category().message(error)));
}

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

UniqueFd make_socket(const Address& address) {
  const int family = address.socket_address().data()->sa_family;
  UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fd;
  if (family != AF_UNIX) set_option(fd.value(), SOL_SOCKET, SO_REUSEADDR, 1);
  // "::" takes IPv4 too, whatever the machine's default is; other IPv6 addresses cannot.
  if (family == AF_INET6) {
    set_option(fd.value(), IPPROTO_IPV6, IPV6_V6ONLY, address.is_unspecified() ? 0 : 1);
  }
  return fd;
}

// 0, or the error.
int bind_and_listen(int fd, const Address& address) {
  const SocketAddress where = address.socket_address();
  if (::bind(fd, where.data(), where.size) != 0) return errno;
  return ::listen(fd, kBacklog) == 0 ? 0 : errno;
}

// A socket file that nobody listens to was left by a process that died.
void remove_stale(const Address& address) {
  struct stat found;
  if (::lstat(address.path().c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const SocketAddress where = address.socket_address();
  if (::connect(probe.value(), where.data(), where.size) != 0 && errno == ECONNREFUSED) {
    ::unlink(address.path().c_str());
  }
}

ino_t file_number(const std::string& path) {
  struct stat found;
  return ::lstat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

class SocketListener final : public Listener {
 public:
  SocketListener(Loop& loop, UniqueFd fd, Address address, Options options, OnAccept on_accept)
      : fd_(std::move(fd)),
        address_(std::move(address)),
        options_(std::move(options)),
        on_accept_(std::move(on_accept)),
        back_off_(loop) {
    // Level-triggered: what one batch leaves over is reported again.
    event_assign(&event_, loop.base(), fd_.value(), EV_READ | EV_PERSIST, &SocketListener::on_event,
                 this);
    event_add(&event_, nullptr);
    if (address_.is_unix()) file_ = file_number(address_.path());
  }
  ~SocketListener() override {
    if (gone_ != nullptr) *gone_ = true;
    event_del(&event_);
    // A successor may have put its own file there.
    if (address_.is_unix() && file_number(address_.path()) == file_) {
      ::unlink(address_.path().c_str());
    }
  }

  const Address& address() const override { return address_; }
  void pause() override {
    paused_ = true;
    back_off_.stop();
    event_del(&event_);
  }
  void resume() override {
    paused_ = false;
    event_add(&event_, nullptr);
  }

 private:
  static void on_event(evutil_socket_t, short, void* self) {
    static_cast<SocketListener*>(self)->accept_batch();
  }

  void accept_batch() {
    bool gone = false;
    gone_ = &gone;
    for (int i = 0; i < kBatch && !paused_; ++i) {
      if (!accept_one()) break;
      if (gone) return;
    }
    gone_ = nullptr;
  }

  // false: there is none, or no room for it.
  bool accept_one() {
    Accepted accepted;
    if (options_.limit) {
      auto slot = ConnectionLimit::take(options_.limit);
      if (!slot) return wait_for_room();
      accepted.slot = *std::move(slot);
    }
    SocketAddress peer;
    peer.size = sizeof peer.storage;
    accepted.fd.reset(
        ::accept4(fd_.value(), peer.data(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted.fd) {
      const int error = errno;
      if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
        return wait_for_room();
      }
      // The others are errors of one connection that ended while it waited (accept(2)).
      return error != EAGAIN;
    }
    accepted.peer = Address::from(peer.data(), peer.size);
    if (accepted.peer.is_ip()) set_option(accepted.fd.value(), IPPROTO_TCP, TCP_NODELAY, 1);
    on_accept_(std::move(accepted));
    return true;
  }

  bool wait_for_room() {
    event_del(&event_);
    back_off_.start(kBackOff, [this] { event_add(&event_, nullptr); });
    return false;
  }

  UniqueFd fd_;
  Address address_;
  Options options_;
  OnAccept on_accept_;
  Timer back_off_;
  ::event event_;
  ino_t file_ = 0;
  bool paused_ = false;
  bool* gone_ = nullptr;  // set when the listener is destroyed in on_accept_
};

}  // namespace

std::optional<ConnectionLimit::Slot> ConnectionLimit::take(
    const std::shared_ptr<ConnectionLimit>& limit) {
  if (limit->open_.fetch_add(1, std::memory_order_relaxed) >= limit->most_) {
    limit->open_.fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  return Slot(limit);
}

Result<std::unique_ptr<Listener>> Listener::bind(Loop& loop, const Address& wanted, Options options,
                                                 OnAccept on_accept) {
  Address address = wanted;
  UniqueFd fd = make_socket(address);
  if (!fd && errno == EAFNOSUPPORT && address.is_ip6() && address.is_unspecified()) {
    // A machine without IPv6: all its addresses are IPv4.
    address = *Address::parse_host("0.0.0.0", wanted.port());
    fd = make_socket(address);
  }
  if (!fd) return cannot_listen(address, errno);
  if (address.is_ip() && options.reuse_port) set_option(fd.value(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (address.is_unix()) {
    remove_stale(address);
    // bind() makes the file with the mode of the socket, so nobody can connect before it is set.
    ::fchmod(fd.value(), options.unix_mode);
    if (const int error = bind_and_listen(fd.value(), address)) {
      return cannot_listen(address, error);
    }
    return std::make_unique<SocketListener>(loop, std::move(fd), address, std::move(options),
                                            std::move(on_accept));
  }
  if (const int error = bind_and_listen(fd.value(), address)) return cannot_listen(address, error);
  address = Address::local_of(fd.value());
  return std::make_unique<SocketListener>(loop, std::move(fd), std::move(address),
                                          std::move(options), std::move(on_accept));
}

Result<> check_free(const Address& address) {
  if (!address.is_ip() || address.port() == 0) return {};
  const UniqueFd fd = make_socket(address);
  if (!fd) return {};  // binding will say it better
  if (const int error = bind_and_listen(fd.value(), address)) return cannot_listen(address, error);
  return {};
}

}  // namespace vaettir::net
