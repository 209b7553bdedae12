// Exchange: one request and its answer, as a Service sees them. Owned by the connection (or by
// whoever makes a request in process: a workflow calls a target this way, without a socket); lives
// on one loop; a Service that keeps anything longer copies it.
//
// A Service fills `reply` and returns; it does not send. Filters then look at the reply, and send()
// writes it, pulling reply.body.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/async/loop.h"
#include "base/core/result.h"
#include "base/http/arena.h"
#include "base/http/body.h"
#include "base/http/headers.h"
#include "base/net/address.h"

namespace vaettir::net {
class Stream;
}

namespace vaettir::http {

enum class Version : std::uint8_t { kHttp10, kHttp11, kHttp2 };

struct Request {
  std::string_view method;  // as sent; case-sensitive (RFC 9110 section 9.1)
  std::string_view target;  // the request-target as received: what the access log shows
  std::string_view
      authority;           // Host, or that of an absolute-form target; with port if one was given
  std::string_view host;   // authority without port and trailing dot, lower case
  std::string_view path;   // "/" at least; percent-encoding as received; without the query
  std::string_view query;  // without "?"; empty when there is none
  bool has_query = false;
  Version version = Version::kHttp11;
  Headers headers;
  bool wants_upgrade =
      false;  // Connection: upgrade with Upgrade, GET, HTTP/1.1 (RFC 9110 section 7.8)
};

// Bytes both ways after a 101 (RFC 9110 section 7.8): run() is given the client's stream and what
// was already read from it, and returns when both directions have ended, an idle limit passed or
// one side failed.
class Tunnel : public Pooled {
 public:
  virtual ~Tunnel() = default;
  virtual Task<Result<>> run(net::Stream& client, std::string_view already_read) = 0;
};

struct Reply {
  std::uint16_t status = 0;  // 0: not answered yet
  Headers headers;  // without framing fields: Content-Length, Transfer-Encoding and Connection are
                    // the sender's
  std::unique_ptr<Body> body;      // nullptr: no content
  std::unique_ptr<Tunnel> tunnel;  // with status 101 only
  bool from_origin = false;  // Server and Date of the origin pass; on our own answers we set Date
};

// Who asks. Addresses of the socket, never of a header; what trusted proxies say is worked out by
// the gateway.
struct Client {
  net::Address peer;
  net::Address local;
  std::string_view entry_point;  // name, as configured
  bool tls = false;
  std::string_view server_name;  // SNI, lower case; empty without
  bool in_process = false;       // a workflow of ours, not a socket
};

class Exchange {
 public:
  explicit Exchange(Loop& loop) : loop_(loop) {}
  virtual ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Request request;
  Body* body = nullptr;  // never nullptr while a Service runs; the request's content
  Reply reply;
  Client client;

  // What the root service keeps about this exchange for the services below it (the gateway: its
  // route and record). Set and reset by the root; nullptr where there is no gateway.
  struct Extension {};
  Extension* extension = nullptr;

  Loop& loop() const { return loop_; }
  Arena& arena() { return arena_; }

  bool answered() const { return reply.status != 0; }
  // Answers with the cause's status; text is for log and operator. An answer that was prepared
  // before is dropped. Who renders the page or problem document (the gateway, or the server's plain
  // fallback) reads cause() and detail().
  void refuse(Cause cause, std::string detail = {});
  void refuse(Error error);
  // The usual short answer. The bytes of `text` are copied.
  void answer(std::uint16_t status, std::string_view content_type, std::string text);

  // Why this exchange failed; nullopt while it has not.
  std::optional<Cause> cause() const { return cause_; }
  std::string_view detail() const { return detail_; }

  // Writes the reply, streaming its body: ours alone may call it, once. Errors: client_abort,
  // client_slow, client_timeout, or what reading reply.body gave (then the head may be out: the
  // connection is closed so that the client sees the truncation).
  virtual Task<Result<>> send() = 0;
  // Sends 100 Continue where the client waits for it; called by the body at its first read. Others
  // (103) with their headers.
  virtual Task<Result<>> send_interim(std::uint16_t status, const Headers& headers) = 0;
  // Resolves when the client has gone away (never for in-process exchanges); for services that
  // would work for nobody.
  virtual bool client_gone() const { return false; }

  // For the record, counted by send() and by the body.
  std::uint64_t bytes_received = 0;  // content bytes of the request that were read
  std::uint64_t bytes_sent = 0;      // content bytes of the reply that were written
  bool head_sent = false;

  // Ready for the next request of the same connection; capacity is kept.
  void clear();

 protected:
  Loop& loop_;
  Arena arena_;
  std::optional<Cause> cause_;
  std::string detail_;
};

}  // namespace vaettir::http
