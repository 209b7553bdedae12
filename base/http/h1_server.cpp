#include "base/http/h1_server.h"

#include <poll.h>
#include <sys/socket.h>

#include "base/async/race.h"
#include "base/async/sleep.h"
#include "base/http/h1_exchange.h"
#include "base/net/stream.h"

namespace vaettir::http {
namespace {

// Waits for the first bytes of a request: until they come, the idle limit passes, or the server
// ends (shutting_down).
class IdleRead final : Drain::Idle {
 public:
  IdleRead(net::Stream& stream, std::span<char> into, Deadline deadline, Drain& drain)
      : drain_(drain), read_(std::in_place, stream, into, deadline) {}
  bool await_ready() { return read_->await_ready(); }
  bool await_suspend(std::coroutine_handle<> waiter) {
    waiter_ = waiter;
    if (!read_->await_suspend(waiter)) return false;
    drain_.link(*this);
    return true;
  }
  Result<std::size_t> await_resume() {
    unlink();
    if (!read_) return fail(Cause::kShuttingDown);
    return read_->await_resume();
  }

 private:
  void on_drain() override {
    read_.reset();
    waiter_.resume();
  }
  Drain& drain_;
  std::optional<net::Stream::Read> read_;
  std::coroutine_handle<> waiter_;
};

// A reset, or both directions closed. A peer that has only closed its sending side may still wait
// for the answer.
bool is_dead(int fd) {
  pollfd state{fd, 0, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

// The client must not take a cut answer for a whole one where only the end of the connection marks
// its end.
void reset_on_close(int fd) {
  const linger abort{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
}

Task<void> serve_and_send(Service& root, H1Exchange& ex) {
  try {
    co_await root.serve(ex);
  } catch (const std::exception& thrown) {
    // A bug or a full memory in one service ends its exchange, not the process.
    ex.refuse(Cause::kInternal, thrown.what());
  }
  if (!ex.sent()) (void)co_await ex.send();  // what failed is in the exchange
}

}  // namespace

// One connection while it lives; in the frame of serve().
class H1Connection {
 public:
  H1Connection(H1Server& server, net::Stream& stream, const Client& client)
      : server_(server), stream_(stream), client_(client) {
    ++server_.connections_;
  }
  ~H1Connection() { --server_.connections_; }
  H1Connection(const H1Connection&) = delete;
  H1Connection& operator=(const H1Connection&) = delete;

  Task<void> run();

 private:
  const Limits& limits() const { return server_.options_.limits; }
  // `fresh` bytes of the next request lie in the loop's scratch, or all there is in input_. True:
  // the connection goes on.
  Task<bool> exchange(std::size_t fresh);
  Parsed take_head(H1Exchange& ex, std::string_view shown, bool in_scratch);
  Task<Parsed> read_head(H1Exchange& ex);
  void keep_refused(H1Exchange& ex, std::string_view shown, const Refusal& refusal);
  Task<bool> answer(H1Exchange& ex);
  Task<bool> watch(H1Exchange& ex, Task<void>& work);
  Task<void> linger();

  H1Server& server_;
  net::Stream& stream_;
  const Client& client_;
  Pending input_;
  std::uint64_t served_ = 0;
  bool unread_ = false;  // the client has sent, or will send, what nobody reads
};

H1Server::H1Server(Loop& loop, Service& root, WallClockSource& clock, Options options)
    : loop_(loop), root_(root), options_(std::move(options)), date_(loop, clock) {}

Task<void> H1Server::serve(net::Stream& stream, Client client) {
  H1Connection connection(*this, stream, client);
  co_await connection.run();
}

Task<void> H1Connection::run() {
  for (;;) {
    std::size_t fresh = 0;
    input_.release();
    if (input_.empty()) {
      if (server_.drain_.draining()) break;
      const Deadline idle = server_.loop_.now() + limits().keep_alive_idle;
      auto read = co_await IdleRead(stream_, server_.loop_.scratch(), idle, server_.drain_);
      if (!read || *read == 0) break;
      fresh = *read;
    }
    if (!co_await exchange(fresh)) break;
    ++served_;
  }
  if (unread_ || !input_.empty()) {
    co_await linger();
  } else {
    stream_.close_notify();
  }
}

Task<bool> H1Connection::exchange(std::size_t fresh) {
  const bool last = served_ + 1 >= limits().requests_per_connection;
  auto ex = std::make_unique<H1Exchange>(server_, stream_, input_, last);
  ex->client = client_;
  Parsed parsed = fresh != 0 ? take_head(*ex, {server_.loop_.scratch().data(), fresh}, true)
                             : take_head(*ex, input_.view(), false);
  if (parsed == Parsed::kMore) parsed = co_await read_head(*ex);
  if (parsed == Parsed::kMore) co_return false;  // gone before it said anything
  if (parsed == Parsed::kRefused) unread_ = true;
  ++server_.requests_;
  co_return co_await answer(*ex);
}

// Bytes in the scratch are moved out of it: the head to the exchange, the rest to input_.
Parsed H1Connection::take_head(H1Exchange& ex, std::string_view shown, bool in_scratch) {
  RequestParser& parser = ex.parser();
  const Parsed parsed = parser.parse(shown, ex.request);
  if (parsed == Parsed::kRefused) {
    keep_refused(ex, shown, parser.refusal());
  } else if (parsed == Parsed::kDone) {
    const std::string_view head = ex.arena().copy(shown.substr(0, parser.length()));
    parser.move_to(head.data(), ex.request);
    if (in_scratch) {
      input_.append(shown.substr(parser.length()));
    } else {
      input_.consume(parser.length());
    }
    ex.begin();
  } else if (in_scratch) {
    input_.append(shown);
  }
  return parsed;
}

Task<Parsed> H1Connection::read_head(H1Exchange& ex) {
  Loop& loop = server_.loop_;
  const Deadline deadline = loop.now() + limits().head_timeout;
  for (;;) {
    auto read = co_await stream_.read(loop.scratch(), deadline);
    if (!read || *read == 0) {
      // Between two requests an end, a reset or an old client's stray empty line is nothing to
      // answer.
      if (ex.parser().untouched()) co_return Parsed::kMore;
      if (!read && read.error().cause() != Cause::kClientTimeout) co_return Parsed::kMore;
      const Refusal refusal =
          read ? Refusal{Cause::kBadRequest, 0, "the connection was closed within the head"}
               : Refusal{Cause::kClientTimeout, 0, "the head did not come in time"};
      keep_refused(ex, input_.view(), refusal);
      co_return Parsed::kRefused;
    }
    input_.append({loop.scratch().data(), *read});
    if (const Parsed parsed = take_head(ex, input_.view(), false); parsed != Parsed::kMore) {
      co_return parsed;
    }
  }
}

void H1Connection::keep_refused(H1Exchange& ex, std::string_view shown, const Refusal& refusal) {
  const std::string_view kept = ex.arena().copy(shown);
  ex.parser().move_to(kept.data(), ex.request);
  ex.begin_refused(refusal);
}

Task<bool> H1Connection::answer(H1Exchange& ex) {
  Task<void> work = serve_and_send(server_.root_, ex);
  if (!work.done() && !co_await watch(ex, work)) co_return false;
  work.take();
  // The service's hold on the request's body ends here: an upload that nobody needs any more.
  ex.reply.body.reset();
  ex.reply.tunnel.reset();
  if (ex.closes()) {
    if (ex.cut()) reset_on_close(stream_.fd());
    unread_ |= !ex.request_read() && !ex.cut();
    co_return false;
  }
  const bool finished = co_await ex.finish_request();
  unread_ |= !finished;
  co_return finished;
}

// False: the client is gone for good, and the work for it has been cancelled.
Task<bool> H1Connection::watch(H1Exchange& ex, Task<void>& work) {
  if (co_await Race{work.join(), stream_.wait_closed()}) co_return true;
  // A tunnel knows by itself how its directions end.
  if (!ex.tunnelling() && !is_dead(stream_.fd())) {
    const Duration grace = limits().half_close_grace;
    if (co_await Race{work.join(), sleep(server_.loop_, grace)}) co_return true;
  }
  if (ex.tunnelling()) {
    co_await work.join();
    co_return true;
  }
  ex.client_left();
  const Task<void> cancelled = std::move(work);
  co_return false;
}

// Closing with unread bytes makes the kernel send a reset, which can overtake the answer.
Task<void> H1Connection::linger() {
  stream_.shutdown_write();
  Loop& loop = server_.loop_;
  const Deadline deadline = loop.now() + limits().linger;
  while (loop.now() < deadline) {
    auto read = co_await stream_.read(loop.scratch(), deadline);
    if (!read || *read == 0) break;
  }
}

}  // namespace vaettir::http
