// What a request costs in the steady state: no heap allocation, one receive, one send; served and
// proxied. The functions that are counted are replaced in this program. Not under the address
// sanitizer, which has its own allocator and switches the free lists off.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <atomic>

#include "base/http/h1_client.h"
#include "tests/unit/base/http/server_kit.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VAETTIR_COUNTS 0
#endif
#endif
#ifndef VAETTIR_COUNTS
#define VAETTIR_COUNTS 1
#endif

#if VAETTIR_COUNTS
namespace {
struct Counts {
  int allocations = 0;
  int receives = 0;
  int sends = 0;
};
Counts counts;
bool counting = false;
}  // namespace

extern "C" {
void* __libc_malloc(std::size_t size);
void* malloc(std::size_t size) {
  if (counting) counts.allocations++;
  return __libc_malloc(size);
}
ssize_t recv(int fd, void* bytes, std::size_t size, int flags) {
  if (counting) counts.receives++;
  return ::syscall(SYS_recvfrom, fd, bytes, size, flags, nullptr, nullptr);
}
ssize_t send(int fd, const void* bytes, std::size_t size, int flags) {
  if (counting) counts.sends++;
  return ::syscall(SYS_sendto, fd, bytes, size, flags, nullptr, 0);
}
ssize_t sendmsg(int fd, const msghdr* message, int flags) {
  if (counting) counts.sends++;
  return ::syscall(SYS_sendmsg, fd, message, flags);
}
}

namespace vaettir::http {
namespace {

constexpr std::string_view kRequest =
    "GET /api/items?page=2 HTTP/1.1\r\nHost: a.test\r\nUser-Agent: test/1.0\r\nAccept: */*\r\n"
    "Accept-Encoding: gzip, br\r\nAccept-Language: fr\r\nCookie: session=0123456789abcdef\r\n"
    "Referer: https://a.test/\r\nX-Request-Id: 42\r\n\r\n";
constexpr std::size_t kBody = 1024;

// A body without an allocation of its own, as a proxied one is.
class Letters final : public Body {
 public:
  Task<Result<Chunk>> read() override {
    static constexpr std::array<char, kBody> kLetters = [] {
      std::array<char, kBody> letters{};
      letters.fill('x');
      return letters;
    }();
    return Result<Chunk>(Chunk{{kLetters.data(), kLetters.size()}, true});
  }
  std::optional<std::uint64_t> length() const override { return kBody; }
};

Task<void> letters(Exchange& ex) {
  ex.reply.status = 200;
  ex.reply.headers.add(Name::kContentType, "text/plain");
  ex.reply.body = std::make_unique<Letters>();
  (void)co_await ex.send();
}

// The test's own end of the socket, without a byte of memory from the heap.
void exchange(Loop& loop, int fd, std::string_view request) {
  ASSERT_EQ(::syscall(SYS_write, fd, request.data(), request.size()),
            static_cast<long>(request.size()));
  static char answer[65536];
  for (int turns = 0; turns < 100; turns++) {
    loop.turn(Duration::zero());
    if (::syscall(SYS_read, fd, answer, sizeof answer) > 0) return;
  }
  FAIL() << "no answer";
}

Counts cost(Loop& loop, int fd, int requests) {
  for (int i = 0; i < 20; i++) exchange(loop, fd, kRequest);
  counts = {};
  counting = true;
  for (int i = 0; i < requests; i++) exchange(loop, fd, kRequest);
  counting = false;
  return counts;
}

std::pair<net::UniqueFd, std::unique_ptr<net::Stream>> pair(Loop& loop, Side side) {
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  return {net::UniqueFd(ends[0]), net::plain_stream(loop, net::UniqueFd(ends[1]), side)};
}

constexpr int kRequests = 200;

TEST(H1Cost, AServedRequestIsOneReceiveOneSendAndNoAllocation) {
  ServerKit kit(letters);
  auto [fd, stream] = pair(kit.loop, Side::kClient);
  kit.connections.spawn(kit.server.serve(*stream, Client{}));
  const Counts spent = cost(kit.loop, fd.value(), kRequests);
  EXPECT_EQ(spent.allocations, 0);
  EXPECT_EQ(spent.receives, kRequests);
  EXPECT_EQ(spent.sends, kRequests);
  kit.connections.clear();
}

// What a proxy does, without its routing.
struct Proxying {
  ClientConnection* upstream;
  // The connection's body, borrowed for one reply.
  class Borrowed final : public Body {
   public:
    explicit Borrowed(Body& body) : body_(body) {}
    Task<Result<Chunk>> read() override { return body_.read(); }
    std::optional<std::uint64_t> length() const override { return body_.length(); }

   private:
    Body& body_;
  };
  static Task<void> serve(Exchange& ex, ClientConnection& upstream) {
    EXPECT_TRUE(upstream.reusable());
    UpstreamRequest request{ex.request.method, ex.request.target, &ex.request.headers, ex.body};
    auto response = co_await upstream.send(request, ex.arena());
    if (!response) co_return ex.refuse(std::move(response).error());
    ex.reply.status = (*response)->status;
    for (const Field& field : (*response)->headers.fields()) ex.reply.headers.add(field);
    ex.reply.from_origin = true;
    ex.reply.body = std::make_unique<Borrowed>(upstream.body());
    (void)co_await ex.send();
  }
};

TEST(H1Cost, AProxiedRequestIsTwoReceivesTwoSendsAndNoAllocation) {
  ClientConnection* upstream = nullptr;
  ServerKit kit([&](Exchange& ex) { return Proxying::serve(ex, *upstream); });
  FunctionService service(letters);
  H1Server origin(kit.loop, service, kit.clock, {});
  auto [client_fd, client_stream] = pair(kit.loop, Side::kClient);
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  const Limits limits;
  ClientConnection connection(
      kit.loop, net::plain_stream(kit.loop, net::UniqueFd(ends[0]), Side::kUpstream), limits);
  upstream = &connection;
  auto origin_stream = net::plain_stream(kit.loop, net::UniqueFd(ends[1]), Side::kClient);
  kit.connections.spawn(origin.serve(*origin_stream, Client{}));
  kit.connections.spawn(kit.server.serve(*client_stream, Client{}));
  const Counts spent = cost(kit.loop, client_fd.value(), kRequests);
  EXPECT_EQ(spent.allocations, 0);
  EXPECT_EQ(spent.receives, 3 * kRequests);  // one of them is the origin's
  EXPECT_EQ(spent.sends, 3 * kRequests);
  kit.connections.clear();
}

TEST(H1Cost, AnIdleConnectionHoldsLittle) {
  ServerKit kit(letters);
  constexpr int kConnections = 500;
  std::vector<net::UniqueFd> clients;
  std::vector<std::unique_ptr<net::Stream>> streams;
  clients.reserve(kConnections);
  streams.reserve(kConnections);
  const std::size_t before = ::mallinfo2().uordblks;
  for (int i = 0; i < kConnections; i++) {
    auto [fd, stream] = pair(kit.loop, Side::kClient);
    kit.connections.spawn(kit.server.serve(*stream, Client{}));
    exchange(kit.loop, fd.value(), kRequest);
    clients.push_back(std::move(fd));
    streams.push_back(std::move(stream));
  }
  const std::size_t each = (::mallinfo2().uordblks - before) / kConnections;
  RecordProperty("bytes_per_idle_connection", static_cast<int>(each));
  // Socket, stream, the task's frames: no buffer, no exchange.
  EXPECT_LT(each, 1800u);
  kit.connections.clear();
}

}  // namespace
}  // namespace vaettir::http
#endif
