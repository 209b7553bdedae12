#include "base/net/listener.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <set>

#include "tests/unit/base/net/net_kit.h"

namespace vaettir::net {
namespace {

using namespace std::chrono_literals;

UniqueFd connected_to(const Address& address) {
  const SocketAddress where = address.socket_address();
  UniqueFd fd(::socket(where.data()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd.value(), where.data(), where.size) != 0) fd.reset();
  return fd;
}

struct ListenerTest : testing::Test {
  Loop loop{"test"};
  std::vector<Accepted> accepted;
  Listener::OnAccept keep() {
    return [this](Accepted one) { accepted.push_back(std::move(one)); };
  }
};

TEST_F(ListenerTest, AcceptsManyAndKnowsTheirAddresses) {
  auto listener = Listener::bind(loop, Address::loopback(), {}, keep());
  ASSERT_TRUE(listener);
  EXPECT_NE((*listener)->address().port(), 0);
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(connected_to((*listener)->address()));
  ASSERT_TRUE(kit::turn_until(loop, [&] { return accepted.size() == 200; }));
  std::set<std::string> peers;
  for (const Accepted& one : accepted) peers.insert(one.peer.to_text());
  for (const UniqueFd& fd : clients) {
    EXPECT_EQ(peers.count(Address::local_of(fd.value()).to_text()), 1u);
  }
}

TEST_F(ListenerTest, TakesIpv4AtTheUnspecifiedAddress) {
  auto listener = Listener::bind(loop, *Address::parse(":0"), {}, keep());
  ASSERT_TRUE(listener) << listener.error().text();
  const UniqueFd client = connected_to(Address::loopback((*listener)->address().port()));
  ASSERT_TRUE(client);
  ASSERT_TRUE(kit::turn_until(loop, [&] { return accepted.size() == 1; }));
  EXPECT_TRUE(accepted[0].peer.is_ip4());
}

TEST_F(ListenerTest, AnAddressInUseIsAnErrorThatNamesIt) {
  auto first = Listener::bind(loop, Address::loopback(), {.reuse_port = false}, keep());
  ASSERT_TRUE(first);
  auto second = Listener::bind(loop, (*first)->address(), {}, keep());
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text().find((*first)->address().to_text()), std::string::npos);
  EXPECT_FALSE(check_free((*first)->address()));
}

TEST_F(ListenerTest, ASharedAddressIsFoundOutByAsking) {
  auto first = Listener::bind(loop, Address::loopback(), {}, keep());
  ASSERT_TRUE(first);
  const Address address = (*first)->address();
  EXPECT_TRUE(Listener::bind(loop, address, {}, keep()));
  EXPECT_FALSE(check_free(address));
  first->reset();
  EXPECT_TRUE(check_free(address));
}

TEST_F(ListenerTest, TwoLoopsShareOnePort) {
  Loop other("other");
  std::atomic<int> here{0};
  std::atomic<int> there{0};
  auto first = Listener::bind(loop, Address::loopback(), {}, [&](Accepted) { ++here; });
  ASSERT_TRUE(first);
  auto second = Listener::bind(other, (*first)->address(), {}, [&](Accepted) { ++there; });
  ASSERT_TRUE(second) << second.error().text();
  std::thread thread([&] { other.run(); });
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(connected_to((*first)->address()));
  EXPECT_TRUE(kit::turn_until(loop, [&] { return here + there == 100; }));
  other.stop();
  thread.join();
  EXPECT_GT(here, 0);
  EXPECT_GT(there, 0);
}

TEST_F(ListenerTest, MayBeDestroyedInItsCallback) {
  std::unique_ptr<Listener> listener;
  int calls = 0;
  auto made = Listener::bind(loop, Address::loopback(), {}, [&](Accepted) {
    ++calls;
    listener.reset();
  });
  ASSERT_TRUE(made);
  listener = *std::move(made);
  const UniqueFd one = connected_to(listener->address());
  const UniqueFd two = connected_to(listener->address());
  ASSERT_TRUE(kit::turn_until(loop, [&] { return listener == nullptr; }));
  EXPECT_EQ(calls, 1);
}

TEST_F(ListenerTest, TheLimitHoldsUntilAConnectionEnds) {
  auto limit = std::make_shared<ConnectionLimit>(2);
  auto listener = Listener::bind(loop, Address::loopback(), {.limit = limit}, keep());
  ASSERT_TRUE(listener);
  std::vector<UniqueFd> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(connected_to((*listener)->address()));
  ASSERT_TRUE(kit::turn_until(loop, [&] { return accepted.size() == 2; }));
  for (int i = 0; i < 3; ++i) loop.turn(20ms);
  EXPECT_EQ(accepted.size(), 2u);
  EXPECT_EQ(limit->open(), 2u);
  accepted.erase(accepted.begin());
  EXPECT_EQ(limit->open(), 1u);
  ASSERT_TRUE(kit::turn_until(loop, [&] { return accepted.size() == 2; }));
}

TEST_F(ListenerTest, OutOfDescriptorsItWaitsAndGoesOn) {
  auto listener = Listener::bind(loop, Address::loopback(), {}, keep());
  ASSERT_TRUE(listener);
  const UniqueFd client = connected_to((*listener)->address());
  rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  // No descriptor above those that are open may be made.
  const int next = ::dup(client.value());
  ::close(next);
  const rlimit none = {.rlim_cur = static_cast<rlim_t>(next), .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const std::uint64_t turns = loop.turns();
  const Deadline until = Clock::now() + 150ms;
  while (Clock::now() < until) loop.turn(50ms);
  const std::uint64_t used = loop.turns() - turns;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(accepted.empty());
  EXPECT_LT(used, 20u);  // it does not spin
  EXPECT_TRUE(kit::turn_until(loop, [&] { return accepted.size() == 1; }));
}

TEST_F(ListenerTest, PausedItLeavesConnectionsWaiting) {
  auto listener = Listener::bind(loop, Address::loopback(), {}, keep());
  ASSERT_TRUE(listener);
  (*listener)->pause();
  const UniqueFd client = connected_to((*listener)->address());
  loop.turn(20ms);
  EXPECT_TRUE(accepted.empty());
  (*listener)->resume();
  EXPECT_TRUE(kit::turn_until(loop, [&] { return accepted.size() == 1; }));
}

TEST_F(ListenerTest, UnixSocketsHaveTheirModeAndStaleOnesAreReplaced) {
  const std::string path = testing::TempDir() + "listener_test.sock";
  ::unlink(path.c_str());
  const Address address = *Address::unix_path(path);
  {
    const UniqueFd stale(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const SocketAddress where = address.socket_address();
    ASSERT_EQ(::bind(stale.value(), where.data(), where.size), 0);
  }
  auto listener = Listener::bind(loop, address, {}, keep());
  ASSERT_TRUE(listener) << listener.error().text();
  struct stat found;
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  EXPECT_FALSE(Listener::bind(loop, address, {}, keep()));  // asks by connecting
  const UniqueFd client = connected_to(address);
  ASSERT_TRUE(client);
  EXPECT_TRUE(kit::turn_until(loop, [&] { return accepted.size() == 2; }));
  listener->reset();
  EXPECT_NE(::stat(path.c_str(), &found), 0);
}

}  // namespace
}  // namespace vaettir::net
