// What passes through the gateway to a service and back, over real sockets.
#include <gtest/gtest.h>

#include "tests/unit/gateway/kit/house.h"
#include "tests/unit/gateway/kit/origin.h"

namespace vaettir::gateway {
namespace {

using namespace kit;

TEST(Proxy, PassesRequestAndAnswer) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  const Message answer = house.ask(request("POST", "/a/b?c=d", "shop.example.org", "", "hello"));
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.body, "POST /a/b?c=d 5");
  EXPECT_EQ(origin.last().field("Host"), "shop.example.org");
  EXPECT_EQ(origin.last().body, "hello");
}

TEST(Proxy, TargetsArriveAsTheyWereSent) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  for (const char* target :
       {"/", "/?", "/a//b", "/a/../b", "/%2e%2e/x", "/a?b?c", "/;p=1", "//h/x"}) {
    EXPECT_EQ(house.get(target).body, fmt::format("GET {} 0", target));
  }
  EXPECT_EQ(house.ask("GET http://h/abs?q HTTP/1.1\r\nHost: h\r\n\r\n").body, "GET /abs?q 0");
  EXPECT_EQ(house.ask(request("OPTIONS", "*", "h")).body, "OPTIONS * 0");
}

TEST(Proxy, FieldsOfOneHopEndHere) {
  Origin origin([](const Message&, Wire& wire) {
    wire.send(response(200, "ok",
                       "Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-Stays: 2\r\n"
                       "Server: origin/1\r\nDate: Tue, 15 Nov 1994 08:12:31 GMT\r\n"));
    return true;
  });
  House house({.config = proxy_to(origin.url())});
  const Message answer = house.get(
      "/", "h",
      "Connection: keep-alive, X-Secret\r\nX-Secret: 1\r\nKeep-Alive: max=1\r\nTE: gzip\r\n"
      "Proxy-Authorization: Basic x\r\nX-Kept: 2\r\n");
  const Message seen = origin.last();
  for (const char* name : {"X-Secret", "Keep-Alive", "TE", "Proxy-Authorization", "Connection"}) {
    EXPECT_FALSE(seen.has(name)) << name;
  }
  EXPECT_EQ(seen.field("X-Kept"), "2");
  EXPECT_FALSE(answer.has("X-Hop"));
  EXPECT_FALSE(answer.has("Keep-Alive"));
  EXPECT_EQ(answer.field("X-Stays"), "2");
  EXPECT_EQ(answer.field("Server"), "origin/1");
  EXPECT_EQ(answer.field("Date"), "Tue, 15 Nov 1994 08:12:31 GMT");
}

TEST(Proxy, ConnectionCannotTakeWhatTheMessageNeeds) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  const Message answer = house.ask(
      request("POST", "/", "h", "Connection: Host, Content-Length, X-Forwarded-For\r\n", "abc"));
  EXPECT_EQ(answer.body, "POST / 3");
  EXPECT_EQ(origin.last().field("Host"), "h");
  EXPECT_EQ(origin.last().field("X-Forwarded-For"), "127.0.0.1");
}

TEST(Proxy, HeadHasTheLengthAndNoContent) {
  Origin origin([](const Message& asked, Wire& wire) {
    std::string answer = response(200, "0123456789");
    if (asked.method() == "HEAD") answer.resize(answer.size() - 10);
    wire.send(answer);
    return true;
  });
  House house({.config = proxy_to(origin.url())});
  Wire wire = house.connect();
  const Message head = wire.ask(request("HEAD", "/", "h"));
  EXPECT_EQ(head.field("Content-Length"), "10");
  EXPECT_EQ(wire.ask(request("GET", "/", "h")).body, "0123456789");
}

TEST(Proxy, AnswersExpectBeforeTheContentIsSent) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  Wire wire = house.connect();
  wire.send(request("POST", "/", "h", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
  EXPECT_EQ(wire.read(true)->status(), 100);
  wire.send("hello");
  EXPECT_EQ(wire.read()->body, "POST / 5");
  EXPECT_FALSE(origin.last().has("Expect"));
}

TEST(Proxy, ChunkedContentArrivesWholeBothWays) {
  Origin origin([](const Message& asked, Wire& wire) {
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    wire.send(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", asked.body.size(), asked.body));
    return true;
  });
  House house({.config = proxy_to(origin.url())});
  Wire wire = house.connect();
  wire.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwxyz\r\n");
  wire.send("2\r\n12\r\n0\r\n\r\n");
  EXPECT_EQ(wire.read()->body, "abcwxyz12");
}

TEST(Proxy, ConnectionsToTheServiceAreKept) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  Wire wire = house.connect();
  for (int i = 0; i < 20; i++) EXPECT_EQ(wire.ask(request("GET", "/", "h")).status(), 200);
  EXPECT_EQ(origin.connections(), 1);
}

TEST(Proxy, AKeptConnectionThatWasClosedCostsNoRequest) {
  // Closes after every second answer without saying so.
  Origin origin([count = 0](const Message&, Wire& wire) mutable {
    wire.send(response(200, "ok"));
    return ++count % 2 != 0;
  });
  House house({.config = proxy_to(origin.url())});
  Wire wire = house.connect();
  for (int i = 0; i < 20; i++) EXPECT_EQ(wire.ask(request("GET", "/", "h")).status(), 200);
}

TEST(Proxy, APostOnAKeptConnectionThatEndsIsNotSentTwice) {
  std::atomic<int> posts = 0;
  Origin origin([&](const Message& asked, Wire& wire) {
    if (asked.method() == "POST") return ++posts < 0;
    wire.send(response(200, "ok"));
    return true;
  });
  House house({.config = proxy_to(origin.url())});
  Wire wire = house.connect();
  EXPECT_EQ(wire.ask(request("GET", "/", "h")).status(), 200);
  const Message answer = wire.ask(request("POST", "/", "h", "", "once"));
  EXPECT_EQ(answer.status(), 502);
  EXPECT_EQ(posts, 1);
}

TEST(Proxy, LongAnswersArriveWhole) {
  const std::string content(3'000'000, 'x');
  Origin origin([&](const Message&, Wire& wire) {
    wire.send(response(200, content));
    return true;
  });
  House house({.config = proxy_to(origin.url())});
  Wire wire = house.connect();
  EXPECT_EQ(wire.ask(request("GET", "/", "h")).body, content);
  EXPECT_EQ(wire.ask(request("GET", "/", "h")).body, content);
  EXPECT_EQ(origin.connections(), 1);
}

TEST(Proxy, EarlyHintsGoThrough) {
  Origin origin([](const Message&, Wire& wire) {
    wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
    wire.send(response(200, "page"));
    return true;
  });
  House house({.config = proxy_to(origin.url())});
  Wire wire = house.connect();
  wire.send(request("GET", "/", "h"));
  const auto hints = wire.read(true);
  EXPECT_EQ(hints->status(), 103);
  EXPECT_EQ(hints->field("Link"), "</a.css>; rel=preload");
  EXPECT_EQ(wire.read()->body, "page");
}

TEST(Proxy, WebSocketBytesPassBothWaysWithHalfClose) {
  const auto origin = Origin::talking([](Wire& wire) {
    const auto asked = wire.read(true);
    if (!asked || asked->field("Upgrade") != "websocket") return;
    wire.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: x\r\n\r\nfirst");
    EXPECT_EQ(wire.take(5), "hello");
    wire.send("world");
    EXPECT_TRUE(wire.ended());  // the client's half
    wire.send("tail");
  });
  House house({.config = proxy_to(origin->url())});
  Wire wire = house.connect();
  wire.send(request("GET", "/ws", "h",
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  const auto answer = wire.read(true);
  ASSERT_EQ(answer->status(), 101);
  EXPECT_EQ(answer->field("Upgrade"), "websocket");
  EXPECT_EQ(answer->field("Sec-WebSocket-Accept"), "x");
  EXPECT_EQ(wire.take(5), "first");
  wire.send("hello");
  EXPECT_EQ(wire.take(5), "world");
  wire.finish_sending();
  EXPECT_EQ(wire.take(4), "tail");
  EXPECT_TRUE(wire.ended());
  const json::Value record = house.record();
  EXPECT_EQ(record["DownstreamStatus"].number_or(0), 101);
  EXPECT_EQ(record["cause"].string_or("none"), "none");
}

TEST(Proxy, ARefusedUpgradeIsAnOrdinaryAnswer) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  Wire wire = house.connect();
  const std::string upgrade =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  EXPECT_EQ(wire.ask(request("GET", "/no", "h", upgrade)).status(), 200);
  EXPECT_EQ(wire.ask(request("GET", "/again", "h")).status(), 200);
}

TEST(Proxy, SpreadsByWeightAndAsksTheNextServerWhenOneIsDown) {
  Origin one, two;
  const std::string config = fmt::format(R"yml(
entryPoints: {{ web: {{ address: "127.0.0.1:0" }} }}
http:
  routers: {{ all: {{ rule: "PathPrefix(`/`)", entryPoints: [web], service: pair }} }}
  services:
    pair:
      loadBalancer:
        servers: [ {{ url: "{}", weight: 3 }}, {{ url: "{}", weight: 1 }} ]
)yml",
                                         one.url(), two.url());
  House house({.config = config});
  Wire wire = house.connect();
  for (int i = 0; i < 40; i++) EXPECT_EQ(wire.ask(request("GET", "/", "h")).status(), 200);
  EXPECT_EQ(one.requests().size(), 30);
  EXPECT_EQ(two.requests().size(), 10);
  one.stop();
  for (int i = 0; i < 8; i++) EXPECT_EQ(wire.ask(request("GET", "/", "h")).status(), 200) << i;
}

TEST(Proxy, RequestsThatComeRoundAreEnded) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  EXPECT_EQ(house.get("/").status(), 200);
  const std::string ours = origin.last().field("CDN-Loop");
  ASSERT_FALSE(ours.empty());
  EXPECT_EQ(house.get("/", "h", "CDN-Loop: other; v=1\r\n").status(), 200);
  EXPECT_EQ(origin.last().field("CDN-Loop"), "other; v=1, " + ours);
  const Message answer = house.get("/", "h", fmt::format("CDN-Loop: other, {};x=1\r\n", ours));
  EXPECT_EQ(answer.status(), 508);
  EXPECT_NE(answer.body.find("loop_detected"), std::string::npos);
  EXPECT_EQ(origin.requests().size(), 2);
}

TEST(Proxy, PassHostHeaderFalseNamesTheServer) {
  Origin origin;
  const std::string config = fmt::format(R"yml(
entryPoints: {{ web: {{ address: "127.0.0.1:0" }} }}
http:
  routers: {{ all: {{ rule: "PathPrefix(`/`)", entryPoints: [web], service: one }} }}
  services:
    one: {{ loadBalancer: {{ passHostHeader: false, servers: [ {{ url: "{}/base", preservePath: true }} ] }} }}
)yml",
                                         origin.url());
  House house({.config = config});
  EXPECT_EQ(house.get("/x?y").body, "GET /base/x?y 0");
  EXPECT_EQ(origin.last().field("Host"), fmt::format("127.0.0.1:{}", origin.port()));
  EXPECT_EQ(origin.last().field("X-Forwarded-Host"), "h");
}

}  // namespace
}  // namespace vaettir::gateway
