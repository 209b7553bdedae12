// Every way in which a service can fail has its cause, in answer, field and log.
#include <gtest/gtest.h>

#include "tests/unit/gateway/kit/house.h"
#include "tests/unit/gateway/kit/origin.h"

namespace vaettir::gateway {
namespace {

using namespace kit;

void expect_cause(House& house, const Message& answer, int status, std::string_view cause,
                  std::string_view proxy_error) {
  EXPECT_EQ(answer.status(), status);
  EXPECT_EQ(answer.field("Content-Type"), "application/problem+json");
  EXPECT_EQ(answer.field("Proxy-Status"),
            fmt::format("vaettir; error={}; details=\"{}\"", proxy_error, cause));
  const auto document = json::parse(answer.body);
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)["cause"].string_or(""), cause);
  EXPECT_FALSE((*document)["remedy"].string_or("").empty());  // we are a loopback client
  const json::Value record = house.record();
  EXPECT_EQ(record["cause"].string_or(""), cause);
  EXPECT_EQ(record["DownstreamStatus"].number_or(0), status);
  EXPECT_EQ("urn:vaettir:request:" + std::string(record["request_id"].string_or("")),
            (*document)["instance"].string_or(""));
}

TEST(Failures, Refused) {
  House house({.config = proxy_to(fmt::format("http://127.0.0.1:{}", unused_port()))});
  expect_cause(house, house.get("/"), 502, "connect_refused", "connection_refused");
  EXPECT_EQ(house.metric("vaettir_refusals_total"), 1);
}

TEST(Failures, NameDoesNotResolve) {
  House house({.config = proxy_to("http://nowhere.example.org"), .names = Names{}});
  expect_cause(house, house.get("/"), 502, "dns_failure", "dns_error");
}

TEST(Failures, ClosedBeforeAnAnswer) {
  Origin origin([](const Message&, Wire&) { return false; });
  House house({.config = proxy_to(origin.url())});
  expect_cause(house, house.ask(request("POST", "/", "h", "", "x")), 502, "upstream_reset",
               "connection_terminated");
}

TEST(Failures, Reset) {
  const auto origin = Origin::talking([](Wire& wire) {
    (void)wire.read();
    wire.reset();
  });
  House house({.config = proxy_to(origin->url())});
  expect_cause(house, house.get("/"), 502, "upstream_reset", "connection_terminated");
}

TEST(Failures, Nonsense) {
  Origin origin([](const Message&, Wire& wire) {
    wire.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    return false;
  });
  House house({.config = proxy_to(origin.url())});
  expect_cause(house, house.get("/"), 502, "upstream_bad_response", "http_protocol_error");
}

TEST(Failures, TwoLengths) {
  Origin origin([](const Message&, Wire& wire) {
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde");
    return false;
  });
  House house({.config = proxy_to(origin.url())});
  expect_cause(house, house.get("/"), 502, "upstream_bad_response", "http_protocol_error");
}

TEST(Failures, TooSlow) {
  const auto origin = Origin::talking([](Wire& wire) {
    (void)wire.read();
    EXPECT_TRUE(wire.ended());
  });
  const std::string config = fmt::format(R"yml(
entryPoints: {{ web: {{ address: "127.0.0.1:0" }} }}
http:
  routers: {{ all: {{ rule: "PathPrefix(`/`)", entryPoints: [web], service: "t@target" }} }}
targets:
  t: {{ url: "{}", forwardingTimeouts: {{ responseHeaderTimeout: 200ms }} }}
)yml",
                                         origin->url());
  House house({.config = config});
  expect_cause(house, house.get("/"), 504, "upstream_timeout", "http_response_timeout");
}

TEST(Failures, NoRouteAndNoServer) {
  const std::string config = R"yml(
entryPoints: { web: { address: "127.0.0.1:0" } }
http:
  routers: { none: { rule: "Path(`/none`)", entryPoints: [web], service: empty } }
  services: { empty: { loadBalancer: { servers: [] } } }
)yml";
  House house({.config = config});
  EXPECT_EQ(house.get("/none").status(), 503);
  EXPECT_EQ(house.record()["cause"].string_or(""), "no_healthy_server");
  EXPECT_EQ(house.get("/other").status(), 404);
  EXPECT_EQ(house.record(1)["cause"].string_or(""), "no_route");
}

TEST(Failures, ARouterWhoseServiceIsMissingIsNotServedWithoutIt) {
  const std::string config = R"yml(
entryPoints: { web: { address: "127.0.0.1:0" } }
http:
  routers: { broken: { rule: "PathPrefix(`/`)", entryPoints: [web], service: missing } }
)yml";
  House house({.config = config});
  expect_cause(house, house.get("/"), 503, "route_disabled", "proxy_configuration_error");
}

TEST(Failures, AnAnswerThatBreaksOffIsNotMadeWhole) {
  Origin origin([](const Message&, Wire& wire) {
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nbegun");
    return false;
  });
  House house({.config = proxy_to(origin.url())});
  Wire wire = house.connect();
  wire.send(request("GET", "/", "h"));
  EXPECT_THROW((void)wire.read(), std::runtime_error);
  EXPECT_EQ(house.record()["cause"].string_or(""), "upstream_reset");
  EXPECT_EQ(house.record()["DownstreamStatus"].number_or(0), 200);
}

TEST(Failures, AClientThatLeavesFreesTheService) {
  std::atomic<bool> released = false;
  const auto origin = Origin::talking([&](Wire& wire) {
    (void)wire.read();
    wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    try {
      for (;;) {
        wire.send("5\r\nhello\r\n");
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    } catch (const std::exception&) {
      released = true;
      throw;
    }
  });
  House house({.config = proxy_to(origin->url())});
  {
    Wire wire = house.connect();
    wire.send(request("GET", "/", "h"));
    (void)wire.read(true);
    wire.reset();
  }
  EXPECT_TRUE(eventually([&] { return released.load(); }));
  EXPECT_EQ(house.record()["cause"].string_or(""), "client_abort");
}

TEST(Failures, AClientThatLeavesWhileTheServiceThinksIsRecorded) {
  const auto origin = Origin::talking([](Wire& wire) {
    (void)wire.read();
    EXPECT_TRUE(wire.ended());
  });
  House house({.config = proxy_to(origin->url())});
  Wire wire = house.connect();
  wire.send(request("GET", "/thinking", "h"));
  ASSERT_TRUE(eventually([&] { return origin->connections() == 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  wire.reset();
  EXPECT_EQ(house.record()["cause"].string_or(""), "client_abort");
  EXPECT_EQ(house.record()["DownstreamStatus"].number_or(0), 499);
}

TEST(Failures, MalformedRequestsAreRecorded) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  EXPECT_EQ(house.ask("GET / HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n").status(), 400);
  EXPECT_EQ(house.record()["cause"].string_or(""), "bad_request");
  EXPECT_TRUE(origin.requests().empty());
}

TEST(Failures, StrangersBehindALocalTunnelGetNoAddresses) {
  const std::uint16_t port = unused_port();
  House house({.config = proxy_to(fmt::format("http://127.0.0.1:{}", port))});
  EXPECT_NE(house.get("/").body.find(std::to_string(port)), std::string::npos);
  for (const char* field : {"X-Forwarded-For: 203.0.113.1\r\n", "Via: 1.1 tunnel\r\n"}) {
    const Message answer = house.get("/", "h", field);
    EXPECT_EQ(answer.body.find(std::to_string(port)), std::string::npos) << answer.body;
    EXPECT_EQ(answer.body.find("remedy"), std::string::npos);
    EXPECT_NE(answer.body.find("connect_refused"), std::string::npos);
  }
}

TEST(Failures, BrowsersGetAPage) {
  House house({.config = proxy_to(fmt::format("http://127.0.0.1:{}", unused_port()))});
  const Message answer = house.get("/", "h", "Accept: text/html,*/*;q=0.8\r\n");
  EXPECT_EQ(answer.status(), 502);
  EXPECT_EQ(answer.field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_NE(answer.body.find("connect_refused"), std::string::npos);
}

}  // namespace
}  // namespace vaettir::gateway
