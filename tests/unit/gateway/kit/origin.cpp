#include "tests/unit/gateway/kit/origin.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace vaettir::gateway::kit {
namespace {

std::pair<int, std::uint16_t> bound_socket() {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot bind");
  }
  return {fd, ntohs(address.sin_port)};
}

bool echo(const Message& asked, Wire& wire) {
  wire.send(
      response(200, fmt::format("{} {} {}", asked.method(), asked.target(), asked.body.size())));
  return true;
}

}  // namespace

Origin::Origin() : Origin(echo) {}

Origin::Origin(Answer answer) : answer_(std::move(answer)) {
  conversation_ = [this](Wire& wire) {
    while (auto asked = wire.read()) {
      {
        const std::lock_guard held(lock_);
        requests_.push_back(*asked);
      }
      if (!answer_(*asked, wire)) return;
    }
  };
  begin();
}

Origin::Origin(Talking, Conversation conversation) : conversation_(std::move(conversation)) {
  begin();
}

std::unique_ptr<Origin> Origin::talking(Conversation conversation) {
  return std::unique_ptr<Origin>(new Origin(Talking{}, std::move(conversation)));
}

void Origin::begin() {
  std::tie(listener_, port_) = bound_socket();
  if (::listen(listener_, 128) != 0) throw std::runtime_error("cannot listen");
  acceptor_ = std::thread([this] { accept_all(); });
}

void Origin::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ++connections_;
    const std::lock_guard held(lock_);
    if (stopping_) {
      ::close(fd);
      return;
    }
    open_.push_back(fd);
    threads_.emplace_back([this, fd] {
      Wire wire(fd);
      try {
        conversation_(wire);
      } catch (const std::exception&) {
        // The house has closed: that is what some tests are about.
      }
      const std::lock_guard closing(lock_);
      std::erase(open_, fd);
    });
  }
}

void Origin::stop() {
  if (stopping_.exchange(true)) return;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard held(lock_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& each : threads_) each.join();
}

Origin::~Origin() { stop(); }

std::vector<Message> Origin::requests() const {
  const std::lock_guard held(lock_);
  return requests_;
}

Message Origin::last() const {
  const std::lock_guard held(lock_);
  return requests_.empty() ? Message{} : requests_.back();
}

std::uint16_t unused_port() {
  const auto [fd, port] = bound_socket();
  ::close(fd);
  return port;
}

}  // namespace vaettir::gateway::kit
