// H1Server: HTTP/1.x connections of one entry point on one loop (RFC 9112). Owned by the gateway's
// entry point; outlives the tasks that serve() returns, which the listener's Scope owns. serve()
// ends when the connection is to be closed; the caller then closes the stream.
//
// Every request reaches the root service, malformed ones too: those come as an exchange that is
// already refused (answered(), cause(), and in `request` what was parsed), so that it can record
// them; root must not replace that answer by another route's. An answer with a cause and without
// a body is rendered when it is sent: by the ErrorRenderer, or by problem.h.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/async/loop.h"
#include "base/core/system.h"
#include "base/http/date_cache.h"
#include "base/http/drain.h"
#include "base/http/exchange.h"
#include "base/http/limits.h"
#include "base/http/service.h"

namespace vaettir::net {
class Stream;
}

namespace vaettir::http {

// Makes the page or the problem document of a refused exchange: fills ex.reply's headers and body,
// keeps its status. Called once per refused exchange, right before it is sent.
class ErrorRenderer {
 public:
  virtual ~ErrorRenderer() = default;
  virtual void render(Exchange& ex) = 0;
};

class H1Server {
 public:
  struct Options {
    Limits limits;
    ErrorRenderer* renderer = nullptr;    // nullptr: problem.h, without remedy and addresses
    std::string server_name = "vaettir";  // Server field of our own answers; empty: none
  };
  H1Server(Loop& loop, Service& root, WallClockSource& clock, Options options);

  // One connection, from its first byte (TLS is already set up) to its end. `client` describes it
  // and is copied into every exchange; its views outlive the task.
  Task<void> serve(net::Stream& stream, Client client);

  // From now on every answer says Connection: close, and idle connections end at once.
  void drain() { drain_.begin(); }
  // Connections that are being served, and requests since the start; for metrics.
  std::uint64_t connections() const { return connections_; }
  std::uint64_t requests() const { return requests_; }

  Loop& loop() const { return loop_; }
  Service& root() const { return root_; }
  const Options& options() const { return options_; }
  DateCache& date() { return date_; }
  Drain& drain_signal() { return drain_; }

 private:
  friend class H1Connection;
  Loop& loop_;
  Service& root_;
  Options options_;
  DateCache date_;
  Drain drain_;
  std::uint64_t connections_ = 0;
  std::uint64_t requests_ = 0;
};

}  // namespace vaettir::http
