// Limits: how much a peer may send and how long it may take. Plain values; the entry point or the
// transport sets them, connections read them. There is no deadline on a whole body anywhere: a
// slow but steady transfer of any length is legitimate, so time is an idle limit plus a minimum
// rate, and only time spent waiting for the peer counts.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/core/time.h"

namespace vaettir::http {

// Bytes per second that a peer must reach on average while we wait for it, after a grace.
struct MinimumRate {
  // Below this an hour-long upload of one megabyte would hold a connection: nobody's link is that
  // slow, but an attacker's is. 0 switches it off.
  std::uint64_t bytes_per_second = 240;
  // Covers a retransmission time-out, a radio that wakes up, a proxy in between that buffers.
  Duration grace = std::chrono::seconds(20);
};

struct Limits {
  // A whole head. Cookies of a shared domain and Kerberos tokens reach 48 KiB; Node takes 16 KiB,
  // nginx 32 KiB.
  std::size_t head_bytes = 64 * 1024;
  // Field lines of a head, and of a trailer section. Browsers send 15 to 30, proxies add a dozen.
  std::size_t fields = 100;
  // One line: the request line (414 above it) or a field line (431). Targets of 8,000 bytes are
  // the least RFC 9112 section 3 asks for; links of single sign-on reach 12 KiB.
  std::size_t line_bytes = 16 * 1024;

  // From the first byte of a head to its last: a head fits a few packets.
  Duration head_timeout = std::chrono::seconds(15);
  // Between two requests of a connection, and before the first (as Traefik's idleTimeout).
  Duration keep_alive_idle = std::chrono::seconds(180);
  // Nothing at all came, or could be sent, in the middle of a body.
  Duration body_idle = std::chrono::seconds(60);
  MinimumRate minimum_rate;
  // How long a tunnel (WebSocket) may be silent in both directions: longer than the pings of the
  // usual libraries (25 to 55 s), and than a browser tab that sleeps.
  Duration tunnel_idle = std::chrono::seconds(3600);

  // Requests of one connection: bounds what a leak of the peer can cost, unnoticed by clients.
  std::uint64_t requests_per_connection = 1'000'000;
  // What is read and thrown away to save a connection whose request body nobody wanted.
  std::size_t drain_bytes = 64 * 1024;
  // How long after the last byte we keep reading so that the peer sees the answer, not a reset.
  Duration linger = std::chrono::seconds(2);
  // A peer that closed its sending side may still want the answer (`nc -N`); one that is gone
  // looks the same. A service still at work this much later works for nobody and is cancelled.
  Duration half_close_grace = std::chrono::seconds(3);

  // Upstream side: the whole time from the request's last byte to the response head.
  Duration response_head_timeout = std::chrono::seconds(300);
  // Between two pieces of a response's content; event streams and gRPC have tunnel_idle.
  Duration response_idle = std::chrono::seconds(300);
  // Interim responses (100, 102, 103) before the final one; more is an attack or a fault.
  std::size_t interim_responses = 16;
};

}  // namespace vaettir::http
