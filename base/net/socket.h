// Socket: a non-blocking connected descriptor, registered with its loop once, edge-triggered, for
// reading, writing and the peer's closing; part of a Stream. It knows what the kernel is known to
// have: a read shorter than asked for has drained it, and no second call is made to be told so.
#pragma once
#include <event2/event.h>
#include <event2/event_struct.h>

#include <cstddef>
#include <span>

#include "base/async/loop.h"
#include "base/net/fd.h"

namespace vaettir::net {

class Socket {
 public:
  static constexpr std::ptrdiff_t kWouldBlock = -1;
  static constexpr std::ptrdiff_t kFailed = -2;

  // `changed` is called with `owner` when the kernel reports something; the socket may be destroyed
  // in it.
  Socket(Loop& loop, UniqueFd fd, void (*changed)(void*), void* owner);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Bytes, 0 at the end, kWouldBlock, or kFailed (errno says why).
  std::ptrdiff_t receive(std::span<char> into);
  std::ptrdiff_t send(std::span<const char> head, std::span<const char> body);
  // There are bytes, an end or an error to be received; asks the kernel when it is not known.
  bool has_input();
  void shutdown_write();
  UniqueFd release();

  int fd() const { return fd_.value(); }
  // The kernel may have bytes (or an end, or an error) for us / may take bytes.
  bool may_receive() const { return may_receive_; }
  bool may_send() const { return may_send_; }
  // The peer will send no more: FIN or reset, seen by the event loop.
  bool peer_closed() const { return peer_closed_; }
  // Something happened that may have been a reset, which the event loop does not tell apart.
  bool suspicious() const { return suspicious_; }
  // Asks the kernel, and notes the answer in peer_closed().
  void examine();

 private:
  static void on_event(evutil_socket_t, short what, void* self);

  UniqueFd fd_;
  bool may_receive_ = true;
  bool may_send_ = true;
  bool peer_closed_ = false;
  bool suspicious_ = false;
  void (*changed_)(void*);
  void* owner_;
  ::event event_;
};

}  // namespace vaettir::net
