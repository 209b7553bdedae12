// ClientConnection: the upstream side of HTTP/1.1: one connection that serves one exchange after
// another (RFC 9112). Owned by a pool or by whoever leases it; one loop; destroying it closes the
// socket and cancels an upload that is under way.
//
// An exchange: send() writes the head (with as much of the body as is there, in one system call),
// goes on uploading while it waits, and returns when the final response head is there. Then
// body() is pulled to its end; only after that reusable() may say yes.
//   CO_TRY(UpstreamResponse * response, co_await connection.send(request, ex.arena()));
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/async/loop.h"
#include "base/http/arena.h"
#include "base/http/body.h"
#include "base/http/exchange.h"
#include "base/http/h1_parser.h"
#include "base/http/headers.h"
#include "base/http/limits.h"
#include "base/http/pending.h"

namespace vaettir::net {
class Stream;
}

namespace vaettir::http {

struct UpstreamRequest {
  std::string_view method;
  std::string_view target;  // origin-form (absolute-form or "*" where wanted), written as it is
  // Written in this order. Framing fields (Content-Length, Transfer-Encoding, Connection,
  // Keep-Alive, Expect, Upgrade) are ours and skipped; Host must be there.
  const Headers* headers = nullptr;
  Body* body = nullptr;        // nullptr: no content. Outlives the exchange on this connection
  std::string_view upgrade;    // not empty: "Connection: upgrade" and "Upgrade: <this>" are sent
  Duration head_timeout = {};  // until the response head; zero: limits.response_head_timeout
};

// Headers: all fields as received, in the arena given to send(); Content-Length, Transfer-Encoding
// and Connection included: drop hop-by-hop ones to forward.
using UpstreamResponse = ResponseHead;

class ClientConnection {
 public:
  using Interim = std::move_only_function<void(std::uint16_t status, const Headers&)>;

  // `limits` outlive the connection.
  ClientConnection(Loop& loop, std::unique_ptr<net::Stream> stream, const Limits& limits);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  // Errors: upstream_reset, upstream_timeout, upstream_bad_response (with the reason), bad_request
  // (a method, target or field that cannot be written), or what reading request.body gave
  // (client_abort, client_slow, body_too_large ...). The views in `request` and what they are of
  // outlive the exchange; the response lives until the next send() or rest(), and no longer than
  // `arena`. `interim` is called for each 1xx but 100 and 101.
  Task<Result<UpstreamResponse*>> send(UpstreamRequest request, Arena& arena, Interim interim = {});

  // The content of the response. length() is the Content-Length; for an answer to HEAD it tells
  // what GET would give, and read() ends at once. Chunks are views of loop.scratch().
  Body& body();

  // After a 101: what the exchange's reply.tunnel becomes. It owns the connection and pumps both
  // ways, with half-close and back-pressure, until both directions have ended or nothing moved for
  // limits.tunnel_idle.
  static std::unique_ptr<Tunnel> take_tunnel(std::unique_ptr<ClientConnection> connection);

  // The last exchange ended cleanly, nothing is left unread or unsent, and the peer keeps the
  // connection open: it may be pooled. Once pooled, ask again before use: false when the peer has
  // closed it or sent something unasked meanwhile. Once false, it stays false.
  bool reusable();
  // Gives back the memory of the last exchange (response, body()): before it is pooled.
  void rest();
  // For the decision to send again: of this exchange, nothing was written / no byte came back.
  std::uint64_t bytes_written() const;
  bool any_response_byte() const { return any_response_byte_; }
  // Exchanges begun on this connection: above 1 it was reused.
  std::uint64_t exchanges() const { return exchanges_; }
  net::Stream& stream() { return *stream_; }

 private:
  class ResponseBody;
  class Pump;
  struct Current;

  Task<void> upload(Task<Result<Chunk>> reading, std::size_t used);
  Task<Result<UpstreamResponse*>> read_response(Arena& arena);
  Task<Result<std::size_t>> read_some();
  Parsed take_head(std::string_view shown, bool in_scratch, Arena& arena);
  Result<bool> accept_head();
  Deadline head_deadline() const;
  Error no_answer() const;

  Loop& loop_;
  std::unique_ptr<net::Stream> stream_;
  const Limits& limits_;
  Pending input_;
  std::unique_ptr<Current> current_;
  std::uint64_t written_before_ = 0;
  std::uint64_t exchanges_ = 0;
  bool any_response_byte_ = false;
  bool spent_ = false;  // may never carry another exchange
};

}  // namespace vaettir::http
