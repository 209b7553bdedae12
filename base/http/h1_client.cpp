#include "base/http/h1_client.h"

#include "base/async/race.h"
#include "base/http/h1_content.h"
#include "base/http/h1_content_writer.h"
#include "base/http/h1_writer.h"
#include "base/net/stream.h"

namespace vaettir::http {
namespace {

// A first read that takes head and short content whole, and leaves most of a long one in the
// kernel: what follows the head has to be moved out of the scratch.
constexpr std::size_t kFirstRead = 16 * 1024;

// RFC 9110 section 8.6: without content these still say so, so that the server does not wait.
bool announces_no_content(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

bool is_endless(const Headers& headers) {
  const std::string_view type = headers.find(Name::kContentType).value_or("");
  return type.starts_with("text/event-stream") || type.starts_with("application/grpc");
}

}  // namespace

class ClientConnection::ResponseBody final : public Body {
 public:
  ResponseBody(Current& current, net::Stream& stream, Pending& input, const Limits& limits)
      : content(stream, input, limits, Pace(limits.response_idle, MinimumRate{0, {}}), bytes),
        current_(current) {}
  Task<Result<Chunk>> read() override;
  std::optional<std::uint64_t> length() const override;
  const Headers* trailers() const override { return content.trailers(); }

  std::uint64_t bytes = 0;
  Content content;

 private:
  Current& current_;
};

// One exchange, from send() to the next or to rest().
struct ClientConnection::Current : Pooled {
  Current(ClientConnection& connection, UpstreamRequest asked, Interim told, Arena& arena)
      : request(asked),
        interim(std::move(told)),
        writer(*connection.stream_, arena, Pace(connection.limits_.body_idle, MinimumRate{0, {}})),
        parser(std::in_place, connection.limits_, asked.method),
        body(*this, *connection.stream_, connection.input_, connection.limits_) {}

  UpstreamRequest request;
  Interim interim;
  ContentWriter writer;
  std::optional<ResponseParser> parser;
  ResponseHead response;
  ResponseBody body;
  std::size_t interims = 0;
  std::optional<Error> body_error;   // reading the request's content failed
  std::optional<Error> write_error;  // the upstream does not take it
  bool uploaded = false;
  bool has_head = false;
  Deadline began;
  Task<void> uploading;  // last: it uses all of the above
};

Task<Result<Chunk>> ClientConnection::ResponseBody::read() {
  if (current_.body_error) return std::unexpected(current_.body_error->copy());
  return content.read();
}

std::optional<std::uint64_t> ClientConnection::ResponseBody::length() const {
  if (current_.request.method == "HEAD") return current_.parser->announced_length();
  return content.remaining();
}

ClientConnection::ClientConnection(Loop& loop, std::unique_ptr<net::Stream> stream,
                                   const Limits& limits)
    : loop_(loop), stream_(std::move(stream)), limits_(limits) {}

ClientConnection::~ClientConnection() = default;

Body& ClientConnection::body() {
  assert(current_ && current_->has_head);
  return current_->body;
}

std::uint64_t ClientConnection::bytes_written() const {
  return stream_->bytes_written() - written_before_;
}

bool ClientConnection::reusable() {
  if (current_) {
    const Current& last = *current_;
    spent_ |= !last.has_head || !last.parser->keep_alive() || !last.body.content.finished() ||
              !last.uploaded;
  }
  spent_ |= !input_.empty() || stream_->unsent();
  if (!spent_) spent_ = !stream_->quiet();
  return !spent_;
}

void ClientConnection::rest() {
  current_.reset();
  input_.release();
}

Task<Result<UpstreamResponse*>> ClientConnection::send(UpstreamRequest request, Arena& arena,
                                                       Interim interim) {
  assert(!spent_ && request.headers != nullptr);
  current_ = std::make_unique<Current>(*this, request, std::move(interim), arena);
  Current& now = *current_;
  ++exchanges_;
  any_response_byte_ = false;
  written_before_ = stream_->bytes_written();
  now.began = loop_.now();
  RequestLines lines{request.method, request.target, request.headers, {}, request.upgrade};
  if (!is_writable(lines)) {
    co_return fail(Cause::kBadRequest, "a method, target or field cannot be sent");
  }
  const auto length = request.body != nullptr ? request.body->length() : 0;
  Task<Result<Chunk>> reading = Result<Chunk>(Chunk{{}, true});
  std::size_t more = 0;
  if (!length) {
    lines.framing = {Framing::Kind::kChunked, 0};
  } else if (*length != 0 || announces_no_content(request.method)) {
    lines.framing = {Framing::Kind::kLength, *length};
  }
  if (length != 0) {
    reading = request.body->read();
    more = ContentWriter::kCopyBytes;
  }
  char* begin = now.writer.out(size_of(lines) + more).data();
  const auto used = static_cast<std::size_t>(http::write(begin, lines) - begin);
  now.writer.begin(lines.framing);
  now.uploading = upload(std::move(reading), used);
  co_return co_await read_response(arena);
}

// Ends without error where the answer may still come: an upstream that refuses a body closes its
// receiving side after it has said why.
Task<void> ClientConnection::upload(Task<Result<Chunk>> reading, std::size_t used) {
  Current& now = *current_;
  const auto failed = [&now](Result<>& written) {
    if (written) return false;
    // Content that is not what it announced is no fault of the upstream, which may still wait.
    const bool is_ours = written.error().side() == Side::kOurs;
    (is_ours ? now.body_error : now.write_error) = std::move(written).error();
    return true;
  };
  if (!reading.done()) {
    auto written = co_await now.writer.write_out(std::exchange(used, 0));
    if (failed(written)) co_return;
  }
  for (;;) {
    auto chunk = co_await std::move(reading);
    if (!chunk) {
      now.body_error = std::move(chunk).error();
      // The upstream must not take what it has got for the whole.
      if (bytes_written() != 0) stream_->shutdown_write();
      co_return;
    }
    const Headers* trailers =
        chunk->last && now.request.body != nullptr ? now.request.body->trailers() : nullptr;
    auto written = co_await now.writer.write(*chunk, trailers, std::exchange(used, 0));
    if (failed(written)) co_return;
    if (chunk->last) break;
    reading = now.request.body->read();
  }
  now.uploaded = true;
}

Task<Result<UpstreamResponse*>> ClientConnection::read_response(Arena& arena) {
  Current& now = *current_;
  for (;;) {
    // What came behind an interim head is here already.
    Parsed parsed = Parsed::kMore;
    if (!input_.empty()) parsed = take_head(input_.view(), false, arena);
    while (parsed == Parsed::kMore) {
      CO_TRY(const std::size_t count, co_await read_some());
      const std::string_view fresh(loop_.scratch().data(), count);
      if (input_.empty()) {
        parsed = take_head(fresh, true, arena);
      } else {
        input_.append(fresh);
        parsed = take_head(input_.view(), false, arena);
      }
    }
    if (parsed == Parsed::kRefused) {
      spent_ = true;
      co_return fail(Cause::kUpstreamBadResponse, now.parser->refusal().reason);
    }
    CO_TRY(const bool is_final, accept_head());
    if (is_final) co_return &now.response;
  }
}

// At least one byte of the response into the scratch.
Task<Result<std::size_t>> ClientConnection::read_some() {
  Current& now = *current_;
  const std::span<char> scratch = loop_.scratch().first(kFirstRead);
  for (;;) {
    if (now.body_error) co_return std::unexpected(now.body_error->copy());
    std::ptrdiff_t count = 0;
    if (now.uploading.done()) {
      auto read = co_await stream_->read(scratch, head_deadline());
      if (!read) co_return std::unexpected(now.write_error ? no_answer() : read.error().copy());
      count = static_cast<std::ptrdiff_t>(*read);
    } else {
      // While the request is still being sent its writer knows who is too slow.
      if (co_await Race{now.uploading.join(), stream_->readable(kNever)}) continue;
      count = stream_->try_read(scratch);
      if (count == net::Stream::kWouldBlock) continue;
      if (count < 0) co_return std::unexpected(stream_->error());
    }
    if (count == 0) co_return std::unexpected(no_answer());
    any_response_byte_ = true;
    co_return static_cast<std::size_t>(count);
  }
}

Deadline ClientConnection::head_deadline() const {
  const Current& now = *current_;
  // Whoever does not take the request has said why by now, or never will.
  if (now.write_error) return loop_.now() + limits_.linger;
  const Duration limit = now.request.head_timeout > Duration::zero()
                             ? now.request.head_timeout
                             : limits_.response_head_timeout;
  return std::max(now.began, stream_->last_written()) + limit;
}

Error ClientConnection::no_answer() const {
  if (current_->write_error) return current_->write_error->copy();
  return Error(Cause::kUpstreamReset, any_response_byte_
                                          ? "connection closed within the response head"
                                          : "connection closed before a response");
}

// What is in the scratch is moved out of it: the head to the arena, the rest to input_.
Parsed ClientConnection::take_head(std::string_view shown, bool in_scratch, Arena& arena) {
  Current& now = *current_;
  const Parsed parsed = now.parser->parse(shown, now.response);
  if (parsed == Parsed::kMore) {
    if (in_scratch) input_.append(shown);
    return parsed;
  }
  if (parsed == Parsed::kRefused) return parsed;
  const std::size_t length = now.parser->length();
  now.parser->move_to(arena.copy(shown.substr(0, length)).data(), now.response);
  if (in_scratch) {
    input_.append(shown.substr(length));
  } else {
    input_.consume(length);
  }
  return parsed;
}

// False: it was an interim one, and the next head follows.
Result<bool> ClientConnection::accept_head() {
  Current& now = *current_;
  const std::uint16_t status = now.response.status;
  if (status == 101) {
    spent_ = true;
    if (now.request.upgrade.empty()) {
      return fail(Cause::kUpstreamBadResponse, "101 without having been asked to upgrade");
    }
  } else if (status < 200) {
    if (++now.interims > limits_.interim_responses) {
      spent_ = true;
      return fail(Cause::kUpstreamBadResponse, "too many interim responses");
    }
    if (status != 100 && now.interim) now.interim(status, now.response.headers);
    now.response = ResponseHead{};
    now.parser.emplace(limits_, now.request.method);
    return false;
  }
  now.has_head = true;
  now.body.content.begin(now.parser->framing());
  if (is_endless(now.response.headers)) {
    now.body.content.set_pace(Pace(limits_.tunnel_idle, MinimumRate{0, {}}));
  }
  return true;
}

// --- after a 101

class ClientConnection::Pump final : public Tunnel {
 public:
  explicit Pump(std::unique_ptr<ClientConnection> connection)
      : connection_(std::move(connection)) {}
  Task<Result<>> run(net::Stream& client, std::string_view already_read) override;

 private:
  static Task<Result<>> pump(net::Stream& from, net::Stream& to, std::string_view first,
                             Duration idle);
  std::unique_ptr<ClientConnection> connection_;
};

std::unique_ptr<Tunnel> ClientConnection::take_tunnel(
    std::unique_ptr<ClientConnection> connection) {
  return std::make_unique<Pump>(std::move(connection));
}

Task<Result<>> ClientConnection::Pump::run(net::Stream& client, std::string_view already_read) {
  net::Stream& upstream = connection_->stream();
  const Duration idle = connection_->limits_.tunnel_idle;
  Task<Result<>> up = pump(client, upstream, already_read, idle);
  Task<Result<>> down = pump(upstream, client, connection_->input_.view(), idle);
  const bool up_ended = co_await Race{up.join(), down.join()};
  CO_TRY_OK(up_ended ? up.take() : down.take());
  Task<Result<>>& other = up_ended ? down : up;
  co_await other.join();
  co_return other.take();
}

// Until `from` ends, which is passed on; the other direction may go on.
Task<Result<>> ClientConnection::Pump::pump(net::Stream& from, net::Stream& to,
                                            std::string_view first, Duration idle) {
  Loop& loop = from.loop();
  if (!first.empty()) CO_TRY_OK(co_await to.write(first, loop.now() + idle));
  for (;;) {
    const Deadline deadline = std::max(from.last_read(), to.last_read()) + idle;
    auto count = co_await from.read(loop.scratch(), deadline);
    if (!count) {
      const bool other_moved = std::max(from.last_read(), to.last_read()) + idle > deadline;
      const Cause cause = count.error().cause();
      if (other_moved && (cause == Cause::kClientTimeout || cause == Cause::kUpstreamTimeout)) {
        continue;
      }
      co_return std::unexpected(std::move(count).error());
    }
    if (*count == 0) break;
    CO_TRY_OK(co_await to.write({loop.scratch().data(), *count}, loop.now() + idle));
  }
  to.shutdown_write();
  co_return Result<>();
}

}  // namespace vaettir::http
