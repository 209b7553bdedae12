#include "base/net/connect.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/net/listener.h"
#include "tests/unit/base/net/net_kit.h"

namespace vaettir::net {
namespace {

using namespace std::chrono_literals;
using kit::finish;

UniqueFd listening(const Address& address, int backlog = 8) {
  const SocketAddress where = address.socket_address();
  UniqueFd fd(::socket(where.data()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CHECK(::bind(fd.value(), where.data(), where.size) == 0);
  CHECK(::listen(fd.value(), backlog) == 0);
  return fd;
}

// An address of this machine that nobody listens to.
Address closed_port(const Address& host) {
  const UniqueFd fd = listening(host);
  return Address::local_of(fd.value());
}

// Neither accepts nor refuses: a full backlog drops what else comes.
struct Silent {
  UniqueFd listener = listening(Address::loopback(), 0);
  Address address = Address::local_of(listener.value());
  std::vector<UniqueFd> fillers;
  Silent() {
    const SocketAddress where = address.socket_address();
    for (int i = 0; i < 4; ++i) {
      UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      (void)::connect(fd.value(), where.data(), where.size);
      fillers.push_back(std::move(fd));
    }
    std::this_thread::sleep_for(20ms);
  }
};

TEST(Connect, ReachesAListener) {
  Loop loop("test");
  const UniqueFd listener = listening(Address::loopback());
  const Address address = Address::local_of(listener.value());
  auto stream = finish(loop, connect(loop, {address}, Clock::now() + 10s));
  ASSERT_TRUE(stream) << stream.error().text();
  const UniqueFd far(::accept(listener.value(), nullptr, nullptr));
  kit::put(far.value(), "welcome");
  EXPECT_EQ(*finish(loop, kit::read_some(**stream)), "welcome");
  EXPECT_EQ(Address::peer_of((*stream)->fd()), address);
}

TEST(Connect, SaysWhyNot) {
  Loop loop("test");
  const Address closed = closed_port(Address::loopback());
  auto refused = finish(loop, connect(loop, {closed}, Clock::now() + 10s));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause(), Cause::kConnectRefused);
  EXPECT_NE(refused.error().text().find(closed.to_text()), std::string::npos);
  EXPECT_EQ(finish(loop, connect(loop, {}, kNever)).error().cause(), Cause::kConnectUnreachable);
  auto missing = finish(loop, connect(loop, {*Address::unix_path("/nonexistent/x")}, kNever));
  EXPECT_EQ(missing.error().cause(), Cause::kConnectRefused);
  auto unreachable = finish(loop, connect(loop, {*Address::parse("255.255.255.255:9")}, kNever));
  ASSERT_FALSE(unreachable);
  EXPECT_EQ(unreachable.error().cause(), Cause::kConnectUnreachable);
}

TEST(Connect, ASilentAddressTimesOut) {
  Loop loop("test");
  const Silent silent;
  auto result = finish(loop, connect(loop, {silent.address}, Clock::now() + 80ms));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause(), Cause::kConnectTimeout);
  EXPECT_EQ(finish(loop, connect(loop, {silent.address}, Clock::now() - 1s)).error().cause(),
            Cause::kConnectTimeout);
}

TEST(Connect, TheOtherFamilyFollowsARefusalAtOnce) {
  Loop loop("test");
  const UniqueFd listener = listening(Address::loopback());
  const Address good = Address::local_of(listener.value());
  const Deadline start = Clock::now();
  auto stream =
      finish(loop, connect(loop, {Address::loopback6(good.port()), good}, Clock::now() + 10s));
  ASSERT_TRUE(stream) << stream.error().text();
  EXPECT_EQ(Address::peer_of((*stream)->fd()), good);
  EXPECT_LT(Clock::now() - start, 200ms);
}

TEST(Connect, TheNextAddressJoinsASilentOneAndWins) {
  Loop loop("test");
  const Silent silent;
  const UniqueFd listener = listening(Address::loopback());
  const Address good = Address::local_of(listener.value());
  const Deadline start = Clock::now();
  auto stream = finish(loop, connect(loop, {silent.address, good}, Clock::now() + 10s));
  ASSERT_TRUE(stream) << stream.error().text();
  EXPECT_EQ(Address::peer_of((*stream)->fd()), good);
  EXPECT_GE(Clock::now() - start, 250ms);
}

TEST(Connect, PrefersIpv6WhereBothAnswer) {
  Loop loop("test");
  const UniqueFd four = listening(Address::loopback());
  const Address address4 = Address::local_of(four.value());
  const Address address6 = Address::loopback6(address4.port());
  const SocketAddress where = address6.socket_address();
  const UniqueFd six(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!six || ::bind(six.value(), where.data(), where.size) != 0) {
    GTEST_SKIP() << "this machine has no IPv6 loopback";
  }
  ASSERT_EQ(::listen(six.value(), 8), 0);
  auto stream = finish(loop, connect(loop, {address4, address6}, Clock::now() + 10s));
  ASSERT_TRUE(stream);
  EXPECT_EQ(Address::peer_of((*stream)->fd()), address6);
}

TEST(Connect, MayBeCancelledAtAnyTime) {
  Loop loop("test");
  const Silent silent;
  const UniqueFd listener = listening(Address::loopback());
  {
    auto waiting = connect(loop, {silent.address, silent.address}, kNever);
    EXPECT_FALSE(waiting.done());
  }
  {
    auto nearly = connect(loop, {Address::local_of(listener.value())}, kNever);
    std::this_thread::sleep_for(5ms);
  }
  loop.turn(10ms);
}

TEST(Connect, UsesUnixSockets) {
  Loop loop("test");
  const std::string path = testing::TempDir() + "connect_test.sock";
  const Address address = *Address::unix_path(path);
  std::optional<Accepted> accepted;
  auto listener = Listener::bind(loop, address, {}, [&](Accepted a) { accepted = std::move(a); });
  ASSERT_TRUE(listener) << listener.error().text();
  auto stream = finish(loop, connect(loop, {address}, Clock::now() + 10s));
  ASSERT_TRUE(stream) << stream.error().text();
  ASSERT_TRUE(kit::turn_until(loop, [&] { return accepted.has_value(); }));
  EXPECT_TRUE(accepted->peer.is_unix());
}

}  // namespace
}  // namespace vaettir::net
