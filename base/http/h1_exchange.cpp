#include "base/http/h1_exchange.h"

#include "base/http/problem.h"
#include "base/http/reason_phrase.h"
#include "base/http/target.h"
#include "base/net/stream.h"

namespace vaettir::http {
namespace {

constexpr std::size_t kInterimRoom = 64;  // "HTTP/1.1 103 Early Hints"

// Nobody wanted these bytes: they get a moment to come, not the patience of a body.
Task<bool> drain(Content& content, const Limits& limits) {
  content.set_pace(Pace(limits.linger, MinimumRate{0, {}}));
  std::size_t drained = 0;
  while (drained <= limits.drain_bytes) {
    auto chunk = co_await content.read();
    if (!chunk) co_return false;
    if (chunk->last) co_return true;
    drained += chunk->bytes.size();
  }
  co_return false;
}

}  // namespace

H1Exchange::RequestBody::RequestBody(H1Exchange& owner, net::Stream& stream, Pending& input,
                                     const Limits& limits)
    : content(stream, input, limits, Pace(limits.body_idle, limits.minimum_rate),
              owner.bytes_received),
      owner_(owner) {}

Task<Result<Chunk>> H1Exchange::RequestBody::read() {
  if (owner_.waits_for_continue()) return read_after_continue();
  return content.read();
}

Task<Result<Chunk>> H1Exchange::RequestBody::read_after_continue() {
  static const Headers kNone;
  CO_TRY_OK(co_await owner_.send_interim(100, kNone));
  co_return co_await content.read();
}

H1Exchange::H1Exchange(H1Server& server, net::Stream& stream, Pending& input, bool last)
    : Exchange(server.loop()),
      server_(server),
      stream_(stream),
      input_(input),
      parser_(server.options().limits),
      request_body_(*this, stream, input, server.options().limits),
      writer_(stream, arena_,
              Pace(server.options().limits.body_idle, server.options().limits.minimum_rate)),
      last_(last) {
  body = &request_body_;
}

void H1Exchange::begin() {
  lower_host(request, arena_);
  request_body_.content.begin(parser_.framing());
}

void H1Exchange::begin_refused(const Refusal& refusal) {
  malformed_ = true;
  lower_host(request, arena_);
  if (request.path.empty()) request.path = "/";
  refuse(refusal.cause, refusal.reason);
  if (refusal.status == 0) return;
  reply.status = refusal.status;
  if (refusal.status == 405) {
    reply.headers.add(Name::kAllow, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  }
  if (refusal.status == 426) {
    reply.headers.add(Name::kUpgrade, "websocket");
    reply.headers.add(Name::kSecWebsocketVersion, "13");
  }
}

void H1Exchange::client_left() {
  client_gone_ = true;
  close_ = true;
  refuse(Cause::kClientAbort, "the client closed the connection before it was answered");
}

bool H1Exchange::waits_for_continue() const {
  return parser_.expects_continue() && !continue_sent_ && !head_sent && bytes_received == 0 &&
         input_.empty();
}

Task<bool> H1Exchange::finish_request() {
  if (request_read()) return true;
  return drain(request_body_.content, server_.options().limits);
}

// --- the answer

void H1Exchange::settle() {
  if (reply.status == 0) refuse(Cause::kInternal, "the service gave no answer");
  const bool sends_tunnel = reply.status == 101 && reply.tunnel != nullptr;
  if (reply.status < 200 && !sends_tunnel) {
    refuse(Cause::kInternal, "the service gave an interim answer as its last");
  }
  if (cause_ && reply.body == nullptr && !sends_tunnel) {
    if (server_.options().renderer != nullptr) {
      server_.options().renderer->render(*this);
    } else {
      render_problem(*this, {}, false);
    }
  }
}

// RFC 9110 sections 6.4.1 and 15.3.6.
bool H1Exchange::may_have_content() const {
  return request.method != "HEAD" && reply.status >= 200 && reply.status != 204 &&
         reply.status != 205 && reply.status != 304;
}

Task<Result<>> H1Exchange::send() {
  CHECK(!sent_);
  sent_ = true;
  settle();
  if (reply.status == 101) co_return co_await run_tunnel();
  std::optional<std::uint64_t> length = announced_length();
  Task<Result<Chunk>> reading = start_reading();
  std::optional<Chunk> first;
  if (reading.done()) {
    auto piece = reading.take();
    if (!piece) {
      // An answer that fails before its first byte can still be replaced by the page that says so.
      refuse(std::move(piece).error());
      settle();
      length = announced_length();
      piece = co_await start_reading();
      if (!piece) co_return std::unexpected(std::move(piece).error());
    }
    first = *piece;
    reading = Task<Result<Chunk>>(Result<Chunk>(*first));
  }
  const Framing framing = framing_for(length, first);
  decide_connection(framing);
  writer_.begin(may_have_content() ? framing : Framing{});
  put_head(framing, first ? std::min(first->bytes.size(), ContentWriter::kCopyBytes) : 0);
  auto result = co_await send_content(std::move(reading));
  bytes_sent = writer_.content_bytes();
  if (!result) {
    close_ = true;
    cut_ = framing.kind == Framing::Kind::kUntilClose;
    if (!cause_) refuse(result.error().copy());
  }
  co_return result;
}

Task<Result<Chunk>> H1Exchange::start_reading() {
  if (reply.body == nullptr || !may_have_content()) return Result<Chunk>(Chunk{{}, true});
  return reply.body->read();
}

std::optional<std::uint64_t> H1Exchange::announced_length() const {
  return reply.body != nullptr ? reply.body->length() : std::nullopt;
}

Framing H1Exchange::framing_for(std::optional<std::uint64_t> length,
                                const std::optional<Chunk>& first) const {
  if (reply.status == 204 || reply.status == 304) return {};
  if (reply.status == 205) return {Framing::Kind::kLength, 0};
  if (length) return {Framing::Kind::kLength, *length};
  if (request.method == "HEAD") return {};
  if (reply.body == nullptr) return {Framing::Kind::kLength, 0};
  if (first && first->last && reply.body->trailers() == nullptr) {
    return {Framing::Kind::kLength, first->bytes.size()};
  }
  if (request.version == Version::kHttp10) return {Framing::Kind::kUntilClose, 0};
  return {Framing::Kind::kChunked, 0};
}

void H1Exchange::decide_connection(const Framing& framing) {
  const Content& content = request_body_.content;
  close_ = malformed_ || content.failed() || last_ || !parser_.keep_alive() ||
           server_.drain_signal().draining() || framing.kind == Framing::Kind::kUntilClose;
  // A client that waits for 100 Continue may send its body now or not: nobody can tell. And a long
  // rest of a body is not worth a connection.
  if (waits_for_continue() && !content.finished()) close_ = true;
  if (content.remaining().value_or(0) > server_.options().limits.drain_bytes) close_ = true;
}

ResponseLines H1Exchange::lines(const Framing& framing) {
  ResponseLines result;
  result.status = reply.status;
  result.headers = &reply.headers;
  result.framing = framing;
  result.date = server_.date().text();
  if (!reply.from_origin) result.server = server_.options().server_name;
  result.check_fields = !reply.from_origin;
  if (reply.status == 101) {
    result.connection = "upgrade";
  } else if (close_) {
    result.connection = reply.status == 426 ? "close, upgrade" : "close";
  } else if (request.version == Version::kHttp10) {
    result.connection = "keep-alive";
  }
  return result;
}

void H1Exchange::put_head(const Framing& framing, std::size_t more) {
  const ResponseLines head = lines(framing);
  char* begin = writer_.out(size_of(head) + more).data();
  head_bytes_ = static_cast<std::size_t>(http::write(begin, head) - begin);
}

Task<Result<>> H1Exchange::send_content(Task<Result<Chunk>> reading) {
  std::size_t used = head_bytes_;
  head_sent = true;
  if (!reading.done()) {
    // The client may act on the head long before the first event of a stream.
    CO_TRY_OK(co_await writer_.write_out(std::exchange(used, 0)));
  }
  for (;;) {
    CO_TRY(const Chunk chunk, co_await std::move(reading));
    const Headers* trailers =
        chunk.last && reply.body != nullptr ? reply.body->trailers() : nullptr;
    CO_TRY_OK(co_await writer_.write(chunk, trailers, std::exchange(used, 0)));
    if (chunk.last) co_return Result<>();
    reading = reply.body->read();
  }
}

Task<Result<>> H1Exchange::send_interim(std::uint16_t status, const Headers& headers) {
  // RFC 9110 section 15.2: HTTP/1.0 does not know them.
  if (head_sent || sent_ || request.version == Version::kHttp10) co_return Result<>();
  if (status == 100) continue_sent_ = true;
  char* begin = writer_.out(kInterimRoom + size_of(headers)).data();
  char* at = put(begin, "HTTP/1.1 ");
  at = std::to_chars(at, at + 3, status).ptr;
  at = put(at, " ");
  at = put(at, reason_phrase(status));
  at = put(at, "\r\n");
  at = http::write(at, headers);
  co_return co_await writer_.write_out(static_cast<std::size_t>(at - begin));
}

// The record of the exchange is written when its service ends: so the tunnel is part of it.
Task<Result<>> H1Exchange::run_tunnel() {
  close_ = true;
  put_head({}, 0);
  head_sent = true;
  CO_TRY_OK(co_await writer_.write_out(head_bytes_));
  tunnelling_ = true;
  const std::uint64_t read_before = stream_.bytes_read();
  const std::uint64_t written_before = stream_.bytes_written();
  bytes_received += input_.size();
  auto result = co_await reply.tunnel->run(stream_, input_.view());
  input_.consume(input_.size());
  bytes_received += stream_.bytes_read() - read_before;
  bytes_sent += stream_.bytes_written() - written_before;
  if (!result && !cause_) refuse(result.error().copy());
  co_return result;
}

}  // namespace vaettir::http
