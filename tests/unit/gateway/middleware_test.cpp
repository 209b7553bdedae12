// The middlewares, each by a table of requests and what they become.
#include <gtest/gtest.h>

#include "gateway/middleware/memory.h"
#include "tests/unit/gateway/kit/house.h"
#include "tests/unit/gateway/kit/origin.h"

namespace vaettir::gateway {
namespace {

using namespace kit;

class Middlewares : public testing::Test {
 protected:
  // A house whose only route uses the middleware `m`.
  std::unique_ptr<House> with(std::string_view definition, std::string_view entry_point = "") {
    std::string config = proxy_to(origin_.url(), ", middlewares: [m]",
                                  fmt::format("  middlewares:\n    m: {{ {} }}\n", definition));
    const std::string_view plain = "address: \"127.0.0.1:0\"";
    config.insert(config.find(plain) + plain.size(), entry_point);
    return std::make_unique<House>(HouseOptions{.config = config});
  }
  Origin origin_{[](const Message& asked, Wire& wire) {
    wire.send(response(200, asked.target(), "X-From-Origin: 1\r\nVary: Accept\r\n"));
    return true;
  }};
};

constexpr std::string_view kTrusting = ", forwardedHeaders: { trustedIPs: [\"127.0.0.0/8\"] }";

TEST_F(Middlewares, HeadersSetAndRemoveFields) {
  const auto house = with(
      "headers: { customRequestHeaders: { X-In: \"1\", X-Gone: \"\", Host: inner.example.org }, "
      "customResponseHeaders: { X-Out: \"2\", X-From-Origin: \"\" } }");
  const Message answer = house->get("/", "outer.example.org", "x-gone: yes\r\nx-in: no\r\n");
  EXPECT_EQ(answer.field("X-Out"), "2");
  EXPECT_FALSE(answer.has("X-From-Origin"));
  const Message seen = origin_.last();
  EXPECT_EQ(seen.field("X-In"), "1");
  EXPECT_FALSE(seen.has("X-Gone"));
  EXPECT_EQ(seen.field("Host"), "inner.example.org");
  EXPECT_EQ(seen.field("X-Forwarded-Host"), "outer.example.org");
}

TEST_F(Middlewares, HeadersAddSecurityFields) {
  const auto house = with(
      "headers: { frameDeny: true, contentTypeNosniff: true, browserXssFilter: true, "
      "referrerPolicy: no-referrer, contentSecurityPolicy: \"default-src 'self'\", "
      "permissionsPolicy: \"camera=()\", stsSeconds: 60, stsIncludeSubdomains: true, "
      "stsPreload: true, forceSTSHeader: true }");
  const Message answer = house->get("/");
  EXPECT_EQ(answer.field("X-Frame-Options"), "DENY");
  EXPECT_EQ(answer.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.field("X-XSS-Protection"), "1; mode=block");
  EXPECT_EQ(answer.field("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(answer.field("Content-Security-Policy"), "default-src 'self'");
  EXPECT_EQ(answer.field("Permissions-Policy"), "camera=()");
  EXPECT_EQ(answer.field("Strict-Transport-Security"), "max-age=60; includeSubDomains; preload");
}

TEST_F(Middlewares, StrictTransportSecurityIsForTlsOnly) {
  EXPECT_FALSE(with("headers: { stsSeconds: 60 }")->get("/").has("Strict-Transport-Security"));
  const auto behind_proxy = with("headers: { stsSeconds: 60 }", kTrusting);
  EXPECT_TRUE(
      behind_proxy->get("/", "h", "X-Forwarded-Proto: https\r\n").has("Strict-Transport-Security"));
}

TEST_F(Middlewares, AllowedHosts) {
  const auto house = with("headers: { allowedHosts: [a.example.org] }");
  EXPECT_EQ(house->get("/", "A.example.org:80").status(), 200);
  EXPECT_EQ(house->get("/", "b.example.org").status(), 421);
}

TEST_F(Middlewares, CorsPreflightIsAnsweredHere) {
  const auto house = with(
      "headers: { accessControlAllowOriginList: [\"https://a.example.org\"], "
      "accessControlAllowOriginListRegex: [\"^https://[a-z]+[.]example[.]com$\"], "
      "accessControlAllowMethods: [GET, PUT], accessControlAllowHeaders: [X-A, X-B], "
      "accessControlExposeHeaders: [X-C], accessControlMaxAge: 100, "
      "accessControlAllowCredentials: true, addVaryHeader: true }");
  const auto preflight = [&](std::string_view origin) {
    return house->ask(
        request("OPTIONS", "/", "h",
                fmt::format("Origin: {}\r\nAccess-Control-Request-Method: PUT\r\n", origin)));
  };
  const Message answer = preflight("https://a.example.org");
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.field("Access-Control-Allow-Origin"), "https://a.example.org");
  EXPECT_EQ(answer.field("Access-Control-Allow-Methods"), "GET,PUT");
  EXPECT_EQ(answer.field("Access-Control-Allow-Headers"), "X-A,X-B");
  EXPECT_EQ(answer.field("Access-Control-Max-Age"), "100");
  EXPECT_EQ(answer.field("Access-Control-Allow-Credentials"), "true");
  EXPECT_TRUE(origin_.requests().empty());
  EXPECT_TRUE(preflight("https://shop.example.com").has("Access-Control-Allow-Origin"));
  EXPECT_FALSE(preflight("https://evil.example.net").has("Access-Control-Allow-Origin"));
  const Message plain = house->get("/", "h", "Origin: https://a.example.org\r\n");
  EXPECT_EQ(plain.field("Access-Control-Allow-Origin"), "https://a.example.org");
  EXPECT_EQ(plain.field("Access-Control-Expose-Headers"), "X-C");
  EXPECT_EQ(plain.field("Vary"), "Accept, Origin");
  EXPECT_EQ(origin_.requests().size(), 1);
}

TEST_F(Middlewares, StripPrefix) {
  const auto house = with("stripPrefix: { prefixes: [/api, /v1] }");
  const struct {
    const char *asked, *arrives, *prefix;
  } cases[] = {
      {"/api/v1?x=1", "/v1?x=1", "/api"},
      {"/api", "/", "/api"},
      {"/api?x", "/?x", "/api"},
      {"/apix", "/x", "/api"},
      {"/v1/a", "/a", "/v1"},
      {"/other", "/other", ""},
      {"/api/a%20b/", "/a%20b/", "/api"},
      {"/api//x", "//x", "/api"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(house->get(each.asked).body, each.arrives);
    EXPECT_EQ(origin_.last().field("X-Forwarded-Prefix"), each.prefix) << each.asked;
  }
}

TEST_F(Middlewares, IpAllowList) {
  EXPECT_EQ(with("ipAllowList: { sourceRange: [127.0.0.0/8] }")->get("/").status(), 200);
  EXPECT_EQ(with("ipAllowList: { sourceRange: [10.0.0.0/8, \"::1\"] }")->get("/").status(), 403);
  const auto other = with("ipAllowList: { sourceRange: [10.0.0.0/8], rejectStatusCode: 404 }");
  EXPECT_EQ(other->get("/").status(), 404);
  EXPECT_EQ(other->record()["cause"].string_or(""), "blocked_ip");
}

TEST_F(Middlewares, IpAllowListByForwardedAddress) {
  const auto depth =
      with("ipAllowList: { sourceRange: [203.0.113.0/24], ipStrategy: { depth: 2 } }", kTrusting);
  const auto status = [](House& house, std::string_view forwarded) {
    return house.get("/", "h", fmt::format("X-Forwarded-For: {}\r\n", forwarded)).status();
  };
  EXPECT_EQ(status(*depth, "203.0.113.9, 10.0.0.1"), 200);
  EXPECT_EQ(status(*depth, "10.0.0.1, 203.0.113.9"), 403);
  EXPECT_EQ(status(*depth, "203.0.113.9"), 403);
  const auto excluded = with(
      "ipAllowList: { sourceRange: [203.0.113.0/24], ipStrategy: { excludedIPs: [10.0.0.0/8] } }",
      kTrusting);
  EXPECT_EQ(status(*excluded, "198.51.100.1, 203.0.113.9, 10.0.0.1"), 200);
  EXPECT_EQ(status(*excluded, "203.0.113.9, 198.51.100.1, 10.0.0.1"), 403);
  // A stranger's X-Forwarded-For counts for nothing.
  const auto distrusting =
      with("ipAllowList: { sourceRange: [203.0.113.0/24], ipStrategy: { depth: 1 } }");
  EXPECT_EQ(status(*distrusting, "203.0.113.9"), 403);
}

TEST(InFlight, LimitsAndGivesBack) {
  std::atomic<bool> open = false;
  Origin origin([&](const Message&, Wire& wire) {
    EXPECT_TRUE(eventually([&] { return open.load(); }));
    wire.send(response(200, "ok"));
    return true;
  });
  House house({.config = proxy_to(origin.url(), ", middlewares: [m]",
                                  "  middlewares:\n    m: { inFlightReq: { amount: 1 } }\n")});
  Wire first = house.connect();
  first.send(request("GET", "/", "h"));
  ASSERT_TRUE(eventually([&] { return origin.requests().size() == 1; }));
  const Message refused = house.get("/");
  EXPECT_EQ(refused.status(), 429);
  EXPECT_EQ(refused.field("Retry-After"), "1");
  EXPECT_EQ(house.record()["cause"].string_or(""), "too_many_in_flight");
  Wire other_host = house.connect();
  other_host.send(request("GET", "/", "other"));
  ASSERT_TRUE(eventually([&] { return origin.requests().size() == 2; }));
  // A reload forgets nothing.
  EXPECT_EQ(house.admin("POST", "/api/reload").status(), 200);
  EXPECT_EQ(house.get("/").status(), 429);
  open = true;
  EXPECT_EQ(first.read()->status(), 200);
  EXPECT_EQ(other_host.read()->status(), 200);
  EXPECT_EQ(house.get("/").status(), 200);
}

TEST(InFlight, AClientThatLeavesGivesItsPlaceBack) {
  const auto origin = Origin::talking([](Wire& wire) {
    const auto asked = wire.read();
    if (asked && asked->target() == "/quick") wire.send(response(200, "ok"));
    EXPECT_TRUE(wire.ended());
  });
  House house({.config = proxy_to(origin->url(), ", middlewares: [m]",
                                  "  middlewares:\n    m: { inFlightReq: { amount: 1 } }\n")});
  Wire wire = house.connect();
  wire.send(request("GET", "/slow", "h"));
  ASSERT_TRUE(eventually([&] { return origin->connections() == 1; }));
  wire.reset();
  EXPECT_TRUE(eventually([&] { return house.get("/quick").status() == 200; }));
}

TEST(MiddlewareMemory, LivesAsLongAsItIsUsed) {
  Memory memory;
  const auto make = [] { return std::make_shared<int>(0); };
  auto one = memory.keep<int>("kind", "name", 1, make);
  *one = 7;
  EXPECT_EQ(*memory.keep<int>("kind", "name", 1, make), 7);
  EXPECT_EQ(*memory.keep<int>("kind", "name", 2, make), 0);
  EXPECT_EQ(*memory.keep<int>("other", "name", 1, make), 0);
  one.reset();
  EXPECT_EQ(*memory.keep<int>("kind", "name", 1, make), 0);
}

}  // namespace
}  // namespace vaettir::gateway
