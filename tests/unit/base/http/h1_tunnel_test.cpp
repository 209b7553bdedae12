// What ClientConnection::take_tunnel() makes of a connection after a 101.
#include <gtest/gtest.h>

#include "tests/unit/base/http/upstream_kit.h"

namespace vaettir::http {
namespace {

using namespace std::chrono_literals;

struct TunnelKit {
  explicit TunnelKit(Limits limits = {}) : up(limits), client(up.loop, Side::kClient) {
    up.begin("GET", nullptr, "websocket");
    const std::string head = up.wire.receive_text("\r\n\r\n");
    EXPECT_NE(head.find("Connection: upgrade\r\nUpgrade: websocket\r\n"), head.npos);
    up.wire.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nfirst");
    EXPECT_TRUE(up.ended());
    EXPECT_EQ(up.outcome.status, 101);
    EXPECT_FALSE(up.connection->reusable());
    stream = client.take_stream();
    tunnel = ClientConnection::take_tunnel(std::move(up.connection));
    running = tunnel->run(*stream, "early");
  }
  Upstream up;
  Wire client;
  std::unique_ptr<net::Stream> stream;
  std::unique_ptr<Tunnel> tunnel;
  Task<Result<>> running = Result<>();
};

TEST(H1Tunnel, PumpsBothWaysWithHalfClose) {
  TunnelKit kit;
  EXPECT_EQ(kit.up.wire.receive_text("early"), "early");
  EXPECT_EQ(kit.client.receive_text("first"), "first");
  kit.client.send("ping");
  EXPECT_EQ(kit.up.wire.receive_text("ping"), "ping");
  kit.client.shutdown_write();
  EXPECT_EQ(kit.up.wire.receive_all(), "");
  EXPECT_FALSE(kit.running.done());
  kit.up.wire.send("last words");
  EXPECT_EQ(kit.client.receive_text("last words"), "last words");
  kit.up.wire.close();
  EXPECT_EQ(kit.client.receive_all(), "");
  EXPECT_TRUE(pump(kit.up.loop, [&] { return kit.running.done(); }));
  EXPECT_TRUE(kit.running.take());
}

TEST(H1Tunnel, SilenceInBothDirectionsEndsIt) {
  Limits limits;
  limits.tunnel_idle = 80ms;
  TunnelKit kit(limits);
  for (int i = 0; i < 6; i++) {  // longer than the limit, one direction alone
    kit.client.send("a");
    const auto until = Clock::now() + 30ms;
    while (Clock::now() < until) kit.up.loop.turn(5ms);
    EXPECT_FALSE(kit.running.done());
  }
  EXPECT_TRUE(pump(kit.up.loop, [&] { return kit.running.done(); }));
  EXPECT_FALSE(kit.running.take());
}

TEST(H1Tunnel, LargeAmountsPassUnchanged) {
  TunnelKit kit;
  kit.client.receive_text("first");
  std::string sent(4 * 1024 * 1024, 0);
  for (std::size_t i = 0; i < sent.size(); i++) sent[i] = static_cast<char>(i * 7919 >> 3);
  kit.up.wire.send(sent);
  std::string got;
  EXPECT_TRUE(pump(kit.up.loop, [&] {
    kit.up.wire.received();
    return kit.client.received().size() == sent.size();
  }));
  EXPECT_TRUE(kit.client.received() == sent);
}

}  // namespace
}  // namespace vaettir::http
