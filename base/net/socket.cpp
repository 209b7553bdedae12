#include "base/net/socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

namespace vaettir::net {

Socket::Socket(Loop& loop, UniqueFd fd, void (*changed)(void*), void* owner)
    : fd_(std::move(fd)), changed_(changed), owner_(owner) {
  const int flags = ::fcntl(fd_.value(), F_GETFL);
  if ((flags & O_NONBLOCK) == 0) ::fcntl(fd_.value(), F_SETFL, flags | O_NONBLOCK);
  event_assign(&event_, loop.base(), fd_.value(),
               EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST, &Socket::on_event, this);
  event_add(&event_, nullptr);
}

Socket::~Socket() {
  if (fd_) event_del(&event_);
}

void Socket::on_event(evutil_socket_t, short what, void* self) {
  Socket& socket = *static_cast<Socket*>(self);
  if (what & (EV_READ | EV_CLOSED)) socket.may_receive_ = true;
  if (what & EV_WRITE) socket.may_send_ = true;
  if (what & EV_CLOSED) {
    socket.peer_closed_ = true;
  } else if ((what & EV_READ) && (what & EV_WRITE)) {
    // libevent reports EPOLLERR as these two together; so does any edge on an idle socket.
    socket.suspicious_ = true;
  }
  socket.changed_(socket.owner_);
}

std::ptrdiff_t Socket::receive(std::span<char> into) {
  if (!may_receive_) return kWouldBlock;
  while (true) {
    const ssize_t count = ::recv(fd_.value(), into.data(), into.size(), 0);
    if (count >= 0) {
      // Less than asked for: the buffer is empty, and what comes next is an edge of its own. After
      // the peer's FIN no edge will follow, so the end itself must be read.
      const bool drained = count > 0 && static_cast<std::size_t>(count) < into.size();
      if (drained && !peer_closed_) may_receive_ = false;
      return count;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return kFailed;
    may_receive_ = false;
    return kWouldBlock;
  }
}

std::ptrdiff_t Socket::send(std::span<const char> head, std::span<const char> body) {
  if (!may_send_) return kWouldBlock;
  while (true) {
    ssize_t count = 0;
    if (body.empty()) {
      count = ::send(fd_.value(), head.data(), head.size(), MSG_NOSIGNAL);
    } else {
      iovec parts[2] = {{const_cast<char*>(head.data()), head.size()},
                        {const_cast<char*>(body.data()), body.size()}};
      const msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
      count = ::sendmsg(fd_.value(), &message, MSG_NOSIGNAL);
    }
    if (count >= 0) {
      if (static_cast<std::size_t>(count) < head.size() + body.size()) may_send_ = false;
      return count;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return kFailed;
    may_send_ = false;
    return kWouldBlock;
  }
}

bool Socket::has_input() {
  if (!may_receive_) return false;
  char byte;
  while (::recv(fd_.value(), &byte, 1, MSG_PEEK) < 0) {
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return true;
    return may_receive_ = false;
  }
  return true;
}

void Socket::shutdown_write() { ::shutdown(fd_.value(), SHUT_WR); }

UniqueFd Socket::release() {
  event_del(&event_);
  return std::move(fd_);
}

void Socket::examine() {
  suspicious_ = false;
  pollfd state = {.fd = fd_.value(), .events = POLLRDHUP, .revents = 0};
  if (::poll(&state, 1, 0) > 0) {
    peer_closed_ = true;
    may_receive_ = true;
  }
}

}  // namespace vaettir::net
